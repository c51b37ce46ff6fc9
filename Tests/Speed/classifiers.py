"""PyTorch's speed on the classifiers beside `ue-bench`'s, in turn: medians, and the ratio within a round.

    classifiers.py UE_BENCH [--rounds 3] [--seconds 4] [--batch 64] [--threads 2] [--only resnet50,densenet121,mobilenetv2]

The networks are those of Tests/Fixtures/classifiers.py, at the published widths on 32x32 pictures. PyTorch's figure is the better of its two
memory formats. A shared machine drifts, so only the ratio within a round counts.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fixtures"))
from classifiers import NETWORKS

FORMATS = {"nchw": torch.contiguous_format, "nhwc": torch.channels_last}


def training(model, x, y):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)

    def step():
        loss = torch.nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    return step


def evaluation(model, x):
    model.eval()

    def step():
        with torch.inference_mode():
            model(x)

    return step


def pictures_a_second(step, batch, seconds):
    step()
    times, start = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        step()
        times.append(time.perf_counter() - before)
    return batch / statistics.median(times)


def theirs(name, options, formats):
    """The case's pictures a second in the better of the formats, and that format."""
    network, kind = name.rsplit("-", 1)
    torch.manual_seed(0)
    speeds = []
    for form in formats:
        model = NETWORKS[network](64).to(memory_format=FORMATS[form])
        x = torch.rand(options.batch, 3, 32, 32).to(memory_format=FORMATS[form])
        step = training(model, x, torch.randint(0, 10, (options.batch,))) if kind == "train" else evaluation(model, x)
        speeds.append((pictures_a_second(step, options.batch, options.seconds), form))
    return max(speeds)


def ours(name, options):
    command = [options.bench, "--only", name, "--batch", options.batch, "--seconds", options.seconds, "--threads", options.threads]
    return json.loads(subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout)["images_per_s"]


parser = argparse.ArgumentParser()
parser.add_argument("bench")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--seconds", type=float, default=4)
parser.add_argument("--batch", type=int, default=64)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--only", default="resnet50,densenet121,mobilenetv2")
options = parser.parse_args()
torch.set_num_threads(options.threads)
print(f"{'case':24}{'ours':>10}{'PyTorch':>10}{'ratio':>8}  (pictures/s; medians of {options.rounds} rounds)")
for name in [f"{network}-{kind}" for network in options.only.split(",") for kind in ("train", "eval")]:
    rounds, formats = [], list(FORMATS)
    for _ in range(options.rounds):
        speed = ours(name, options)
        other, form = theirs(name, options, formats)
        # The first round tells which of the formats is the faster.
        formats = [form]
        rounds.append((speed, other))
    medians = [statistics.median(column) for column in zip(*rounds)]
    ratio = statistics.median(a / b for a, b in rounds)
    print(f"{name:24}{medians[0]:10.1f}{medians[1]:10.1f}{ratio:8.2f}  {form}", flush=True)
