"""A recurrent network as one Python file that needs torch and nothing of ours: it reads and writes text."""

from __future__ import annotations

from string import Template

from search.training.text import tokens
from search.training.text.costs import POOLED, counted
from search.training.text.meta import CHARACTERS, LANGUAGE, Meta
from search.training.text.recipe import Recipe

VOCABULARY = "vocabulary"
"""Under which the weights file holds the tokens, as a JSON list in its metadata."""

HEAD = Template('''\
"""A $what that AutoML Web has found, rebuilt with torch alone.

$example
"""

$imports

import torch
from torch import nn
from torch.nn import functional as F

LOWERCASE = $lowercase
$words

class Model(nn.Module):
    """$params parameters. The first token of the vocabulary stands for all that are not in it."""

    def __init__(self, vocabulary):
        super().__init__()
        self.vocabulary = vocabulary
        self.numbers = {token: number for number, token in enumerate(vocabulary)}
        self.embedding = nn.Embedding(len(vocabulary), $embedding)
        self.cells = nn.$cell($embedding, $width, $layers, batch_first=True)
''')

LANGUAGE_EXAMPLE = """\
    model = load("weights.safetensors")
    print(continued(model, "$beginning", length=200, temperature=0.8, seed=0))"""

CLASSIFIER_EXAMPLE = """\
    model = load("weights.safetensors")
    print(judged(model, "$beginning"))  # a class and its probability, the likeliest first"""

TIED = '''\
        self.bias = nn.Parameter(torch.zeros(len(vocabulary)))
$narrow
    def forward(self, tokens, state=None):
        """Tokens, int64 (N, L), to logits (N, L, V) of the token after each, and the state behind them."""
        outputs, state = self.cells(self.embedding(tokens) * $embedding**0.5, state)
        return F.linear($narrowed, self.embedding.weight, self.bias), state
'''

UNTIED = '''\
        self.own = nn.Parameter(torch.zeros(len(vocabulary), $width))
        self.bias = nn.Parameter(torch.zeros(len(vocabulary)))

    def forward(self, tokens, state=None):
        """Tokens, int64 (N, L), to logits (N, L, V) of the token after each, and the state behind them."""
        outputs, state = self.cells(self.embedding(tokens), state)
        return F.linear(outputs, self.own, self.bias), state
'''

CLASSIFIER = '''\
        self.output = nn.Linear($pooled, len(CLASSES))

    def forward(self, tokens, lengths):
        """Tokens, int64 (N, L), padded behind their lengths (N,), to probabilities (N, K)."""
        outputs, _ = self.cells(self.embedding(tokens))
        behind = (torch.arange(tokens.shape[1]) >= lengths[:, None])[:, :, None]
        last = outputs[torch.arange(len(tokens)), lengths - 1]
        mean = outputs.masked_fill(behind, 0).sum(dim=1) / lengths[:, None]
        largest = outputs.masked_fill(behind, -torch.inf).amax(dim=1)
        return self.output(torch.cat((last, mean, largest), dim=1)).softmax(dim=1)
'''

READING = '''

def load(path):
    """The trained model from the weights that lie beside this file."""
    tensors, vocabulary = read(path)
    model = Model(vocabulary)
    model.load_state_dict(tensors)
    return model.eval()


def read(path):
    """A safetensors file: a length, a header as JSON, then numbers, little end first."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        content = bytearray(file.read())
    vocabulary = json.loads(header.pop("__metadata__")["vocabulary"])
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = torch.frombuffer(content[begin:end], dtype=torch.float32)
        tensors[name] = numbers.reshape(entry["shape"])
    return tensors, vocabulary


def encoded(model, text):
    """The numbers of the text's tokens, 0 for those that are not in the vocabulary."""
    return [model.numbers.get(token, 0) for token in tokens(text.lower() if LOWERCASE else text)]
'''

CHARACTER_TOKENS = '''

def tokens(text):
    """A text as tokens, which are its characters."""
    return list(text)


def joined(parts):
    """Tokens as a text to read."""
    return "".join(parts)
'''

WORD_TOKENS = '''

def tokens(text):
    """A text as tokens: words, numbers, punctuation marks, and ends of lines."""
    return WORD.findall(text)


def joined(parts):
    """Tokens as a text to read, with spaces where prose has them."""
    text = NO_SPACE_BEFORE.sub(r"\\1", " ".join(parts))
    return NO_SPACE_AFTER.sub(r"\\1", text)
'''

WRITING = '''

@torch.inference_mode()
def continued(model, beginning, length=200, temperature=0.8, seed=0):
    """The beginning, and `length` tokens that the model writes behind it.

    The lower the temperature, the likelier what is chosen; at 0 it is always the likeliest.
    """
    generator = torch.Generator().manual_seed(seed)
    written = encoded(model, beginning) or [model.numbers.get("\\n", 1)]
    logits, state = model(torch.tensor([written]))
    for _ in range(length):
        chosen = logits[0, -1, 1:]  # never the unknown, which nobody can read
        if temperature > 0:
            shares = (chosen / temperature).softmax(dim=0)
            token = 1 + int(torch.multinomial(shares, 1, generator=generator))
        else:
            token = 1 + int(chosen.argmax())
        written.append(token)
        logits, state = model(torch.tensor([[token]]), state)
    return joined(model.vocabulary[number] for number in written)


if __name__ == "__main__":
    model = load("weights.safetensors")
    print(continued(model, " ".join(sys.argv[1:])))
'''

JUDGING = '''

@torch.inference_mode()
def judged(model, text):
    """Each class and its probability, the likeliest first; of a long text its beginning is read."""
    numbers = encoded(model, text)[:MOST_TOKENS] or [0]
    shares = model(torch.tensor([numbers]), torch.tensor([len(numbers)]))[0].tolist()
    return sorted(zip(CLASSES, shares), key=lambda pair: -pair[1])


if __name__ == "__main__":
    model = load("weights.safetensors")
    for name, share in judged(model, " ".join(sys.argv[1:])):
        print(f"{share:7.2%}  {name}")
'''


def source(recipe: Recipe, known: Meta) -> str:
    """The Python file of the network that a recipe stands for, on a prepared text.

    Its `Model` has the state that `search.training.text.export` writes, name by name.
    """
    writes = known.task == LANGUAGE
    example = Template(LANGUAGE_EXAMPLE if writes else CLASSIFIER_EXAMPLE)
    head = HEAD.substitute(
        what="language model" if writes else "classifier of texts",
        example=example.substitute(beginning="It was" if writes else "A text"),
        imports="\n".join(f"import {name}" for name in _imports(known)),
        lowercase=known.lowercase,
        words=_constants(recipe, known),
        params=f"{int(counted(recipe, known)['params']):,}",
        embedding=recipe.embedding,
        width=recipe.width,
        layers=recipe.layers,
        cell=recipe.cell.upper(),
    )
    cut = CHARACTER_TOKENS if known.unit == CHARACTERS else WORD_TOKENS
    return head + _output(recipe, known) + READING + cut + (WRITING if writes else JUDGING)


def _imports(known: Meta) -> list[str]:
    return ["json", *(["re"] if known.unit != CHARACTERS else []), "struct", "sys"]


def _constants(recipe: Recipe, known: Meta) -> str:
    """Classes, and how words are told apart; each a line."""
    lines = []
    if known.task != LANGUAGE:
        lines += [f"CLASSES = {list(known.classes)!r}", f"MOST_TOKENS = {recipe.sequence_length}"]
    if known.unit != CHARACTERS:
        lines.append(f"WORD = re.compile({tokens.WORD.pattern!r})")
        lines.append(f"NO_SPACE_BEFORE = re.compile({tokens.NO_SPACE_BEFORE.pattern!r})")
        lines.append(f"NO_SPACE_AFTER = re.compile({tokens.NO_SPACE_AFTER.pattern!r})")
    return "".join(f"{line}\n" for line in lines)


def _output(recipe: Recipe, known: Meta) -> str:
    if known.task != LANGUAGE:
        return Template(CLASSIFIER).substitute(pooled=POOLED * recipe.width)
    if not recipe.is_tied:
        return Template(UNTIED).substitute(width=recipe.width)
    narrow, narrowed = "", "outputs"
    if recipe.width != recipe.embedding:
        narrow = (
            f"        self.narrow = nn.Linear({recipe.width}, {recipe.embedding}, bias=False)\n"
        )
        narrowed = "self.narrow(outputs)"
    words = {"narrow": narrow, "narrowed": narrowed, "embedding": recipe.embedding}
    return Template(TIED).substitute(words)
