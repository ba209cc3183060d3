import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mer
from mer.core.digests import canonical, code_digest, digest


def test_canonical_keeps_the_order_of_keys():
    assert canonical({"b": [1, 2], "a": None}) == '{"b":[1,2],"a":null}'
    assert digest({"b": 1, "a": 2}) != digest({"a": 2, "b": 1})


def test_digest_tells_values_apart():
    assert digest([1, 2]) != digest([2, 1])
    assert len(digest("x")) == 16


def test_a_module_that_does_not_exist_is_refused():
    with pytest.raises(ModuleNotFoundError, match="mer.methods.nothing"):
        code_digest("mer.methods.nothing")


@pytest.fixture
def package(tmp_path):
    """Copy the package, so that its source can be edited."""
    shutil.copytree(Path(mer.__file__).parent, tmp_path / "mer", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "mer"


def digest_in(package, *modules, python=sys.executable):
    """Compute a digest in a fresh process that imports the copy."""
    program = f"from mer.core.digests import code_digest; print(code_digest(*{modules!r}))"
    result = subprocess.run(
        [python, "-c", program], cwd=package.parent, capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_comments_docstrings_and_layout_play_no_role(package):
    before = digest_in(package, "mer.methods.majority")
    module = package / "methods" / "majority.py"
    edit(module, '"""Count the training classes."""', '"""Other words."""')
    edit(module, "@dataclass", "# a comment\n\n\n@dataclass")
    assert digest_in(package, "mer.methods.majority") == before


OTHER_PYTHONS = [path for v in ("3.12", "3.13", "3.14") if (path := shutil.which(f"python{v}"))]


@pytest.mark.skipif(not OTHER_PYTHONS, reason="no other version of Python on this machine")
@pytest.mark.parametrize("python", OTHER_PYTHONS)
def test_the_version_of_python_plays_no_role(package, python):
    try:
        other = digest_in(package, "mer.jobs.prepare", "mer.datasets.demo", python=python)
    except subprocess.CalledProcessError:
        pytest.skip(f"{python} does not run")
    assert digest_in(package, "mer.jobs.prepare", "mer.datasets.demo") == other


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/ counts.sum()", "* counts.sum()"),
        ("minlength=", "minlength=1 + "),
        ("(len(samples), 1)", "(len(samples), 2)"),
    ],
)
def test_operators_numbers_and_names_play_a_role(package, old, new):
    before = digest_in(package, "mer.methods.majority")
    edit(package / "methods" / "majority.py", old, new)
    assert digest_in(package, "mer.methods.majority") != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def f(*, a, b=1): ...", "def f(*, a=1, b): ..."),
        ("D = {**{}, 'k': 1}", "D = {'k': 1, **{}}"),
    ],
)
def test_the_place_of_a_default_and_of_an_unpacked_mapping_plays_a_role(package, old, new):
    module = package / "methods" / "majority.py"
    found = []
    whole = module.read_text()
    for line in (old, new):
        module.write_text(f"{whole}\n{line}\n")
        found.append(digest_in(package, "mer.methods.majority"))
    assert found[0] != found[1]


def test_code_plays_a_role(package):
    before = digest_in(package, "mer.methods.majority")
    edit(package / "methods" / "majority.py", "np.tile(self.shares", "np.tile(1 * self.shares")
    assert digest_in(package, "mer.methods.majority") != before


@pytest.mark.parametrize(
    ("edited", "changes"),
    [
        ("models/ststnet.py", {"mer.methods.ststnet"}),
        ("training/svm.py", {"mer.methods.lbp_top_svm"}),
        ("core/types.py", {"mer.methods.ststnet", "mer.methods.lbp_top_svm", "mer.methods.majority"}),
    ],
)
def test_what_a_module_imports_plays_a_role_also_inside_functions(package, edited, changes):
    methods = ("mer.methods.ststnet", "mer.methods.lbp_top_svm", "mer.methods.majority")
    before = {name: digest_in(package, name) for name in methods}
    with (package / edited).open("a") as file:
        file.write("\nADDED = 1\n")
    assert {name for name in methods if digest_in(package, name) != before[name]} == changes


def test_a_data_file_under_the_modules_name_plays_a_role(package):
    before = digest_in(package, "mer.published.remarks")
    edit(package / "published" / "remarks.csv", "0.398", "0.397")
    assert digest_in(package, "mer.published.remarks") != before


def test_a_method_does_not_depend_on_its_neighbours(package):
    before = digest_in(package, "mer.jobs.train", "mer.methods.majority")
    (package / "methods" / "__init__.py").write_text("# another catalogue\nMETHODS = {}\n")
    with (package / "methods" / "ststnet.py").open("a") as file:
        file.write("\nADDED = 1\n")
    assert digest_in(package, "mer.jobs.train", "mer.methods.majority") == before
