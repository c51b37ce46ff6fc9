"""Attacks on the side of the test, and sets that are poisoned in part.

    attacks.py pil|shift|filter SEED CLEAN.rec SET.rec
    attacks.py mix SEED CLEAN.rec SET.rec POISONED.rec RATE

pil: perturbations by a linear surrogate (after arXiv 2601.19967): a softmax regression of the pixels is fitted, and every
pixel moves by 8/255 the way that makes its label more likely. shift: every picture of a class moves by one colour, 8/255 or
0 or -8/255 in each channel. filter: every picture of a class goes through one filter of 3x3 and is brought back to full range
(after CUDA, arXiv 2303.04278). mix: of two sets of the same records each is the poisoned one at the rate given. Wants numpy,
safetensors and zstandard.
"""
import itertools
import struct
import sys

import numpy
import zstandard
from safetensors.numpy import load, save

MARK = struct.pack("<II", 0x184D2A55, 16) + b"UEEND\x01\0\0"


def read(path):
    data, batches = open(path, "rb").read(), []
    while data:
        if data.startswith(MARK):
            data = data[24:]
        else:
            frame = zstandard.ZstdDecompressor().decompressobj()
            batches.append(load(frame.decompress(data)))
            data = frame.unused_data
    return {name: numpy.concatenate([batch[name] for batch in batches]) for name in ("image", "label", "id")}


def write(path, records):
    packer = zstandard.ZstdCompressor(write_checksum=True, write_content_size=True)
    count = len(records["label"])
    with open(path, "wb") as file:
        for start in range(0, count, 1000):
            part = {name: numpy.ascontiguousarray(column[start:start + 1000]) for name, column in records.items()}
            file.write(packer.compress(save(part, {"ue.kind": "images", "ue.version": "1"})))
        file.write(MARK + struct.pack("<Q", count))


def linear(images, labels, random, epochs=20, batch=64, rate=0.05):
    """The weights of a softmax regression of the pixels, by gradient descent with momentum."""
    x = images.reshape(len(images), -1).astype(numpy.float32) / 255 - 0.5
    truth = numpy.eye(labels.max() + 1, dtype=numpy.float32)[labels]
    weights = numpy.zeros((x.shape[1], truth.shape[1]), numpy.float32)
    velocity = numpy.zeros_like(weights)
    for _ in range(epochs):
        for rows in numpy.array_split(random.permutation(len(x)), max(1, len(x) // batch)):
            logits = x[rows] @ weights
            logits -= logits.max(1, keepdims=True)
            share = numpy.exp(logits)
            share /= share.sum(1, keepdims=True)
            velocity = 0.9 * velocity - rate * x[rows].T @ (share - truth[rows]) / len(rows)
            weights += velocity
    return weights


def pil(records, random):
    images, labels = records["image"].astype(int), records["label"]
    weights = linear(records["image"], labels, random)
    # Against the others' mean: the direction in which the label's logit gains on all others.
    gain = weights - (weights.sum(1, keepdims=True) - weights) / (weights.shape[1] - 1)
    return images + 8 * numpy.sign(gain.T[labels]).reshape(images.shape).astype(int)


def shift(records, random):
    images, labels = records["image"].astype(int), records["label"]
    colours = [colour for colour in itertools.product((-8, 0, 8), repeat=3) if any(colour)]
    chosen = numpy.array(colours)[random.permutation(len(colours))[:labels.max() + 1]]
    return images + chosen[labels][:, :, None, None]


def class_filter(records, random):
    images, labels = records["image"].astype(float), records["label"]
    weights = random.uniform(0, 0.3, (labels.max() + 1, 3, 3))
    weights[:, 1, 1] = 1
    height, width = images.shape[2:]
    padded = numpy.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    filtered = sum(
        weights[labels, y, x][:, None, None, None] * padded[:, :, y:y + height, x:x + width]
        for y in range(3) for x in range(3))
    return numpy.rint(255 * filtered / filtered.max((1, 2, 3), keepdims=True)).astype(int)


attack, seed, source, target = sys.argv[1:5]
records = read(source)
random = numpy.random.default_rng(int(seed))
if attack == "mix":
    other, rate = read(sys.argv[5]), float(sys.argv[6])
    assert (records["id"] == other["id"]).all(), "records of two sets"
    poisoned = random.random(len(records["id"])) < rate
    records["image"][poisoned] = other["image"][poisoned]
else:
    made = {"pil": pil, "shift": shift, "filter": class_filter}[attack](records, random)
    records["image"] = made.clip(0, 255).astype(numpy.uint8)
    poisoned = numpy.ones(len(made), bool)
records["poisoned"] = poisoned.astype(numpy.uint8)
write(target, records)
