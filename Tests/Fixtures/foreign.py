"""Record streams and models by zstandard and safetensors alone, written from the format's description.

    foreign.py model FIXTURE OUT      a D-VAE with the fixture's initial weights
    foreign.py records FIXTURE OUT    the fixture's pictures, labels and a column of this program's own
    foreign.py compare FIXTURE FILE   the stream's pictures against the fixture's reconstructions; prints the distance
    foreign.py names FILE             the names of a model's tensors, as safetensors reads it
"""
import json
import struct
import sys

import numpy as np
import zstandard
from safetensors.numpy import load, load_file, save

END_MARK = 0x184D2A55


def write(path, tensors, metadata, count):
    compressor = zstandard.ZstdCompressor(level=3, write_checksum=True, write_content_size=True)
    with open(path, "wb") as file:
        file.write(compressor.compress(save(tensors, metadata)))
        file.write(struct.pack("<II", END_MARK, 16) + b"UEEND\x01\0\0" + struct.pack("<Q", count))


def documents(path):
    data = open(path, "rb").read()
    while data:
        magic, size = struct.unpack_from("<II", data)
        if magic & 0xFFFFFFF0 == 0x184D2A50:
            data = data[8 + size:]
            continue
        decompressor = zstandard.ZstdDecompressor().decompressobj()
        document = decompressor.decompress(data)
        data = decompressor.unused_data
        yield load(document)


def main(command, *paths):
    if command == "names":
        document, = documents(paths[0])
        print("\n".join(sorted(document)))
        return
    fixture = load_file(paths[0])
    if command == "model":
        weights = {k[5:]: np.ascontiguousarray(v) for k, v in fixture.items() if k.startswith("init.")}
        config = {"width": 16, "latent": 32, "classes": 10, "stem": 7, "height": 32, "image_width": 32, "channels": 3}
        metadata = {"ue.kind": "model", "ue.version": "1", "ue.arch": "dvae", "ue.config": json.dumps(config)}
        write(paths[1], weights, metadata, 1)
    elif command == "records":
        count = len(fixture["x"])
        columns = {"image": fixture["x"], "label": fixture["y"], "id": np.arange(count),
                   "weight": np.linspace(0, 1, count)}
        write(paths[1], columns, {"ue.kind": "images", "ue.version": "1"}, count)
    elif command == "compare":
        expected, found = fixture["eval.mean.x_hat"], list(documents(paths[1]))
        image = np.concatenate([d["image"] for d in found])
        weight = np.concatenate([d["weight"] for d in found])
        assert image.dtype == np.float32 and np.array_equal(weight, np.linspace(0, 1, len(weight)))
        print(np.linalg.norm(image - expected) / np.linalg.norm(expected))


main(*sys.argv[1:])
