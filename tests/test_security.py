"""No code from data in the source, dependencies pinned by hash, and a threat model whose every claim is tested."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "analyzer"
SECURITY = ROOT / ".github" / "SECURITY.md"
LOCK = ROOT / ".ci" / "requirements.lock"

MODULES = {
    "pickle",
    "_pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "marshal",
    "shelve",
    "joblib",
    "yaml",
    "pty",
    "xmlrpc",
}
NAMES = {"eval", "exec", "compile", "__import__", "execfile"}
CALLS = {
    "os.system", "os.popen", "os.spawnl", "os.spawnlp", "os.startfile", "subprocess.getoutput",
    "subprocess.getstatusoutput", "asyncio.create_subprocess_shell", "pd.read_pickle", "pandas.read_pickle",
    "tempfile.mktemp", "ssl._create_unverified_context",
}  # fmt: skip
NEEDED = {"from_pretrained": ("trust_remote_code", False), "torch.load": ("weights_only", True)}
UNWANTED = {"shell", "allow_pickle", "resolve_entities", "load_dtd", "trust_remote_code"}
"""Keywords that may only be False."""


def name_of(node):
    return (
        f"{name_of(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else getattr(node, "id", "?")
    )


def find_dangers(code):
    """Give what in a module could run code that stands in data, by line."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
            )
            found += [(node.lineno, name) for name in names if name.split(".")[0] in MODULES]
        if not isinstance(node, ast.Call):
            continue
        name = name_of(node.func)
        keywords = {k.arg: getattr(k.value, "value", k.value) for k in node.keywords}
        if name in NAMES or name in CALLS or name.endswith((".to_pickle", ".read_pickle")):
            found.append((node.lineno, name))
        found += [(node.lineno, f"{key}=") for key in UNWANTED & set(keywords) if keywords[key] is not False]
        found += [
            (node.lineno, f"{name} without {key}={value}")
            for call, (key, value) in NEEDED.items()
            if (name == call or name.endswith(f".{call}")) and keywords.get(key) is not value
        ]
        if name.endswith("XMLParser") and "resolve_entities" not in keywords:
            found.append((node.lineno, f"{name} without resolve_entities=False"))
        if name.endswith("Environment") and keywords.get("autoescape") is not True:
            found.append((node.lineno, f"{name} without autoescape=True"))
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_the_source_runs_no_code_from_data(path):
    assert find_dangers(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle", "from pickle import loads", "import joblib.numpy_pickle", "import yaml", "import marshal",
        "eval(x)", "exec(x)", "compile(x, '', 'exec')", "__import__(x)", "os.system(x)", "subprocess.getoutput(x)",
        "subprocess.run(x, shell=True)", "subprocess.run(x, shell=wanted)", "np.load(x, allow_pickle=True)",
        "torch.load(x)", "torch.load(x, weights_only=False)", "pd.read_pickle(x)", "frame.to_pickle(x)",
        "AutoModel.from_pretrained(x)", "AutoModel.from_pretrained(x, trust_remote_code=True)",
        "etree.XMLParser()", "etree.XMLParser(resolve_entities=True)", "Environment()", "Environment(autoescape=no)",
    ],
)  # fmt: skip
def test_the_search_for_dangers_finds_them(code):
    assert find_dangers(code)


@pytest.mark.parametrize(
    "code",
    ["re.compile(x)", "np.load(x, allow_pickle=False)", "subprocess.run([x])", "network.eval()", "x.load(y)",
     "etree.XMLParser(resolve_entities=False)", "torch.load(x, weights_only=True)"],
)  # fmt: skip
def test_the_search_for_dangers_lets_the_rest_be(code):
    assert find_dangers(code) == []


def test_every_claim_of_the_threat_model_has_its_test():
    text = SECURITY.read_text(encoding="utf-8")
    claimed = re.findall(r"`(test_\w+\.py)::(test_\w+)`", text)
    assert len(claimed) > 30
    for file, name in claimed:
        tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, name)
    threats = text.partition("## Threats, measures, tests")[2].partition("## What is not protected")[0]
    rows = [
        line for line in threats.splitlines() if line.startswith("| ") and not line.startswith("| Threat")
    ]
    assert len(rows) > 25
    assert all("::" in row for row in rows)


# --- dependencies -----------------------------------------------------------------------------------------------


def locked():
    """Give the locked packages: name to the lines of their entries."""
    entries = re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8"))
    return [(match[1], entry) for entry in entries if (match := re.match(r"([\w.-]+)==", entry))]


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_locked_with_hashes():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {normal(re.match(r"[\w.-]+", line)[0]) for line in project["dependencies"]}
    names = [name for name, _ in locked()]
    assert wanted <= {normal(name) for name in names}
    assert len(names) > 50
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for _, entry in locked())
    assert not {"torch", "triton"} & set(names)
    assert not [name for name in names if name.startswith("nvidia")]


def test_the_lock_serves_every_python_that_is_supported():
    """A universal lock says with markers which of several releases of a package is for which Python."""
    versions = {}
    for name, entry in locked():
        versions.setdefault(name, []).append(entry.splitlines()[0])
    several = {name: lines for name, lines in versions.items() if len(lines) > 1}
    assert all(
        "python_full_version" in line or "sys_platform" in line
        for lines in several.values()
        for line in lines
    )
    assert sys.version_info >= (3, 11)
