#!/usr/bin/env python3
"""Record streams in Python: read and write them, feed them to PyTorch, turn published files into them.

    from ue_records import RecordDataset, read, write

    for batch in read("x.rec"):                 # a dictionary of arrays, and what the stream says of itself
        print(batch["image"].shape, batch.classes)
    write("y.rec", read("x.rec"))
    loader = torch.utils.data.DataLoader(RecordDataset("x.rec"), batch_size=128, shuffle=True)

    python3 ue_records.py weights checkpoint.pth > m1          # a published D-VAE for dvae-apply
    python3 ue_records.py parquet train-*.parquet > x.rec      # a Hugging Face set

Needs numpy, zstandard and safetensors; `weights` and RecordDataset torch, `parquet` pyarrow and ue-decode.
"""
import argparse
import contextlib
import io
import json
import math
import struct
import subprocess
import sys
import tarfile
import threading

import numpy
import safetensors.numpy
import zstandard

END_MARK = struct.pack("<II", 0x184D2A55, 16) + b"UEEND\x01\0\0"
END_BYTES = len(END_MARK) + 8
CHUNK_BYTES = 1 << 20

# Of each classifier the first filters and the last map, and its width by the channels of the two.
CLASSIFIERS = {name: ("conv1.weight", "linear.weight", lambda first, last: first)
               for name in ("resnet18", "resnet34", "resnet50", "densenet121")}
# 1,280 channels at the width 64; the first filters are rounded.
CLASSIFIERS["mobilenetv2"] = ("conv1.weight", "linear.weight", lambda first, last: last // 20)
CLASSIFIERS["mobilenetv2-imagenet"] = ("features.0.0.weight", "classifier.1.weight", lambda first, last: last // 20)


class Failure(Exception):
    """What is wrong with a file, in words for its user; `code` is the exit code of a command that it ends."""

    def __init__(self, words, code=65):
        super().__init__(words)
        self.code = code


class Batch(dict):
    """Arrays by the names of their columns, and the document's metadata: strings by name."""

    def __init__(self, columns, metadata=None):
        super().__init__(columns)
        self.metadata = dict(metadata or {})

    @property
    def classes(self):
        """The names of the classes by label; None where the stream does not tell them."""
        return json.loads(self.metadata.get("ue.classes", "null"))

    @classes.setter
    def classes(self, names):
        self.metadata["ue.classes"] = json.dumps(list(names))


def read(path):
    """Yields the batches of a record stream one by one; `path` is a file's name, or a file open for bytes.

    Raises Failure where the stream is damaged or cut short.
    """
    with _opened(path, "rb") as file:
        data, count = file.read(CHUNK_BYTES), 0
        if not data:
            raise Failure(f"{path}: empty, where a record stream was expected")
        while data:
            if len(data) < END_BYTES:
                data += file.read(END_BYTES - len(data))
            if data.startswith(END_MARK):
                (marked,) = struct.unpack_from("<Q", data, len(END_MARK))
                if marked != count:
                    raise Failure(f"{path}: records were lost: the end mark counts {marked}, {count} came")
                data, count = data[END_BYTES:] or file.read(CHUNK_BYTES), 0
                continue
            document, data = _frame(path, data, file)
            batch = _batch(path, document)
            count += _count(batch)
            yield batch
        if count:
            raise Failure(f"{path}: the stream is cut short: its end mark is missing")


def write(path, batches, metadata=None):
    """Writes batches, dictionaries of arrays, as a record stream; `path` is a file's name or a file open for bytes.

    The metadata is each batch's own where it has one, and `metadata` beside it. Arrays of any strides are written in the
    order that they show, each with the records first.
    """
    packer, count = zstandard.ZstdCompressor(write_checksum=True, write_content_size=True), 0
    with _opened(path, "wb") as file:
        for batch in batches:
            # safetensors writes an array's memory, whatever its strides.
            columns = {name: numpy.ascontiguousarray(column) for name, column in batch.items()}
            told = {"ue.kind": "images", "ue.version": "1"} | getattr(batch, "metadata", {}) | (metadata or {})
            document = Batch(columns, told)
            file.write(packer.compress(safetensors.numpy.save(columns, told)))
            count += _count(document)
        file.write(END_MARK + struct.pack("<Q", count))
        file.flush()


class RecordDataset:
    """Records for torch.utils.data.DataLoader: pairs of a picture, float32 in 0...1, [C, H, W], and its label.

    Pictures stay in memory in the type they came in. `transform` is called with each picture.
    """

    def __init__(self, *paths, transform=None):
        batches = [batch for path in paths for batch in read(path)]
        if not batches:
            raise Failure(f"{', '.join(map(str, paths))}: no records")
        self.classes = batches[0].classes
        for batch in batches:
            if batch.classes != self.classes or batch["image"].dtype != batches[0]["image"].dtype:
                raise Failure(f"{', '.join(map(str, paths))}: classes or types of pictures differ; join them with ue-rec merge")
        self.images = numpy.concatenate([batch["image"] for batch in batches])
        self.labels = numpy.concatenate([batch["label"] for batch in batches])
        self.transform = transform

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        import torch

        image = torch.from_numpy(self.images[index])
        image = image.float() / 255 if image.dtype == torch.uint8 else image
        return self.transform(image) if self.transform else image, int(self.labels[index])


def model(weights, arch="dvae", **config):
    """The published weights of a D-VAE or a classifier, a state dictionary of tensors or a checkpoint that holds one, as a
    model's batch.

    Sizes come from the shapes of the weights; `config` names those that do not show there (of a D-VAE `height`, `image_width`
    where pictures are not square). `write(path, [model(torch.load(file))])` makes the file that dvae-apply takes, and
    `model(torch.load(file), "resnet50")` what cls-eval does. A classifier sees pictures in 0 to 1: weights that were trained on
    pictures less a mean and by a deviation answer wrongly.
    """
    for key in ("model_state_dict", "state_dict", "net"):
        weights = weights.get(key, weights)
    arrays = {name.removeprefix("module."): value.detach().cpu().float().numpy()
              for name, value in weights.items() if getattr(value, "is_floating_point", lambda: False)()}
    sizes = _classifier_sizes(arrays, arch, weights) if arch in CLASSIFIERS else _autoencoder_sizes(arrays, arch, config, weights)
    return Batch(arrays, {"ue.kind": "model", "ue.arch": arch, "ue.config": json.dumps(sizes)})


def _check(arrays, wanted, what, weights):
    missing = [name for name in wanted if name not in arrays]
    if missing:
        found = ", ".join(sorted(map(str, weights))[:6]) or "nothing"
        raise Failure(f"no weights of a {what}: {' and '.join(missing)} missing; there is {found}")


def _classifier_sizes(arrays, arch, weights):
    first, last, width = CLASSIFIERS[arch]
    _check(arrays, [first, last], arch, weights)
    outputs, channels = arrays[first].shape[:2]
    classes, features = arrays[last].shape
    return {"width": width(outputs, features), "classes": classes, "channels": channels}


def _autoencoder_sizes(arrays, arch, config, weights):
    _check(arrays, ["conv1.weight", "fc_mu.weight"] + ["emb_p.weight"] * (arch == "dvae"), "D-VAE", weights)
    width, channels = arrays["conv1.weight"].shape[:2]
    sizes = {"width": width, "latent": arrays["fc_mu.weight"].shape[0], "classes": 10, "stem": 7, "channels": channels}
    if arch == "dvae":
        # A class's embedding has 2·width channels of a half by a half of the picture.
        sizes["classes"], columns = arrays["emb_p.weight"].shape
        side = 2 * math.isqrt(columns // (2 * width))
        sizes |= {"height": side, "image_width": side}
    sizes |= {name: value for name, value in config.items() if value is not None}
    if not {"height", "image_width"} <= sizes.keys():
        raise Failure(f"the size of the pictures does not show in the weights of a model of the kind {arch}: name it")
    return sizes


def parquet(paths, image=None, label=None, size=None):
    """Yields the records of parquet files of pictures (PNG, JPEG) and labels, as Hugging Face keeps them.

    The columns are found where one alone holds pictures and one integers, or named. ue-decode reads the pictures, in
    colour and, with `size`, of one size.
    """
    sets = [_parquet_file(path) for path in paths]
    columns = [_columns(path, table.schema_arrow, image, label) for path, table in zip(paths, sets)]
    names = [_class_names(table.schema_arrow, label) for table, (_, label) in zip(sets, columns)]
    classes = names[0]
    for path, others in zip(paths, names):
        if others != classes:
            raise Failure(f"{path}: its classes, {others}, are not those of {paths[0]}, {classes}")
    command = ["ue-decode", "webdataset", "-q"] + ([] if size is None else ["--size", str(size)])
    try:
        decoder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    except FileNotFoundError:
        raise Failure("ue-decode reads the pictures, and is not on the PATH", 66) from None
    faults = []
    writer = threading.Thread(target=_write_samples, args=(paths, sets, columns, decoder.stdin, faults))
    writer.start()
    damage = None
    with decoder.stdout:
        try:
            for batch in read(decoder.stdout):
                if classes:
                    batch.classes = classes
                yield batch
        except Failure as failure:
            damage = failure
    writer.join()
    if decoder.wait() and not faults:
        faults.append(Failure("ue-decode could not read the pictures", decoder.returncode))
    # What is wrong with a file is the cause of what then comes out of ue-decode.
    if faults or damage:
        raise faults[0] if faults else damage


def _opened(path, mode):
    is_open = hasattr(path, "read") or hasattr(path, "write")
    return contextlib.nullcontext(path) if is_open else open(path, mode)


def _frame(path, data, file):
    """The next frame's bytes, expanded, and what was read behind it."""
    frame, parts = zstandard.ZstdDecompressor().decompressobj(), []
    try:
        while True:
            parts.append(frame.decompress(data))
            if frame.eof:
                return b"".join(parts), frame.unused_data or file.read(CHUNK_BYTES)
            data = file.read(CHUNK_BYTES)
            if not data:
                raise Failure(f"{path}: the stream is cut short within a frame")
    except zstandard.ZstdError as error:
        raise Failure(f"{path}: no record stream, or a damaged one: {error}") from None


def _batch(path, document):
    try:
        length = struct.unpack_from("<Q", document)[0]
        metadata = json.loads(document[8:8 + length]).get("__metadata__") or {}
        return Batch(safetensors.numpy.load(document), metadata)
    except (ValueError, struct.error, safetensors.SafetensorError) as error:
        raise Failure(f"{path}: a frame that holds no records: {error}") from None


def _count(batch):
    """Records of a batch; a model counts as one."""
    return len(next(iter(batch.values()))) if batch.metadata["ue.kind"] == "images" else 1


def _parquet_file(path):
    from pyarrow import ArrowException, parquet as files

    try:
        return files.ParquetFile(path)
    except ArrowException as error:
        raise Failure(f"{path}: no parquet file, or a damaged one: {error}") from None


def _columns(path, schema, image, label):
    """The names of the columns of pictures and of labels."""
    import pyarrow

    def holds_bytes(kind):
        return pyarrow.types.is_binary(kind) or pyarrow.types.is_large_binary(kind)

    pictures = [field.name for field in schema if holds_bytes(field.type)
                or pyarrow.types.is_struct(field.type) and any(part.name == "bytes" for part in field.type)]
    numbers = [field.name for field in schema if pyarrow.types.is_integer(field.type)]
    found = _only(path, "label", "--label", numbers, label)
    known = _class_names(schema, found) or any(word in found.lower() for word in ("label", "class", "target"))
    if label is None and not known:
        raise Failure(f"{path}: the only column of integers is {found}; where it is the label, say so by --label {found}")
    return _only(path, "picture", "--image", pictures, image), found


def _only(path, kind, option, found, named):
    if named is not None:
        if named in found:
            return named
        there_are = ", ".join(found) or "none"
        raise Failure(f"{path}: {option} {named}: no column of {kind}s has that name; there are {there_are}")
    if len(found) != 1:
        choice = f": {', '.join(found)}; name one by {option}" if found else ""
        raise Failure(f"{path}: {len(found)} columns may be the {kind}s{choice}")
    return found[0]


def _class_names(schema, label):
    features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}")).get("info", {}).get("features", {})
    return features.get(label, {}).get("names")


def _write_samples(paths, sets, columns, pipe, faults):
    """Writes the rows as a WebDataset, and keeps what goes wrong for the reader of the other end."""
    try:
        with pipe, tarfile.open(fileobj=pipe, mode="w|") as archive:
            number = 0
            for path, table, (image, label) in zip(paths, sets, columns):
                for rows in table.iter_batches(256, columns=[image, label]):
                    for picture, name in zip(rows.column(image).to_pylist(), rows.column(label).to_pylist()):
                        data = picture.get("bytes") if isinstance(picture, dict) else picture
                        if data is None or name is None:
                            raise Failure(f"{path}: row {number} lacks its {'picture' if data is None else 'label'}")
                        for ending, content in (("png", data), ("cls", b"%d" % name)):
                            entry = tarfile.TarInfo(f"{number:08}.{ending}")
                            entry.size = len(content)
                            archive.addfile(entry, io.BytesIO(content))
                        number += 1
    except BrokenPipeError:
        pass  # Why ue-decode left, it has said itself.
    except Failure as failure:
        faults.append(failure)
    except Exception as error:
        faults.append(Failure(f"{path}: {error}"))


def _load_weights(path):
    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise Failure(f"{path}: {error.strerror}", 66) from None
    except Exception as error:
        words = "no weights that torch.load reads without executing what is in the file"
        raise Failure(f"{path}: {words}: {error}") from None


class _Arguments(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(64, f"ue_records.py: {message}\n")


def _arguments():
    parser = _Arguments(
        prog="ue_records.py", description="Turn published files into the streams of ue-tools, on standard output.")
    commands = parser.add_subparsers(dest="command", required=True)
    weights = commands.add_parser("weights", help="a published checkpoint of a D-VAE, or of a classifier of pictures in 0 to 1, to a model")
    weights.add_argument("file", help="the checkpoint, as torch.save writes it")
    weights.add_argument("--arch", choices=["dvae", "vae", "ae", *CLASSIFIERS], default="dvae", help="its kind")
    weights.add_argument("--height", type=int, help="rows of a picture, where they do not show in the weights")
    weights.add_argument("--image-width", type=int, help="columns of a picture, likewise")
    table = commands.add_parser("parquet", help="parquet files of pictures and labels to records")
    table.add_argument("files", nargs="+", help="the files, read one after the other")
    table.add_argument("--image", metavar="NAME", help="the column of pictures, where several may be")
    table.add_argument("--label", metavar="NAME", help="the column of labels, where several may be")
    table.add_argument("--size", type=int, metavar="S", help="scale the shorter side to S and keep the middle S by S")
    return parser.parse_args()


def main():
    arguments = _arguments()
    if sys.stdout.isatty():
        raise Failure("records would go to a terminal: write to a file, as in > x.rec", 64)
    if arguments.command == "weights":
        sizes = {"height": arguments.height, "image_width": arguments.image_width}
        write(sys.stdout.buffer, [model(_load_weights(arguments.file), arguments.arch, **sizes)])
    else:
        write(sys.stdout.buffer, parquet(arguments.files, arguments.image, arguments.label, arguments.size))


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"ue_records.py: {failure}", file=sys.stderr)
        sys.exit(failure.code)
    except ImportError as error:
        print(f"ue_records.py: {error}; pip install {(error.name or 'it').split('.')[0]}", file=sys.stderr)
        sys.exit(66)
    except OSError as error:
        print(f"ue_records.py: {error}", file=sys.stderr)
        sys.exit(66 if isinstance(error, FileNotFoundError) else 74)
