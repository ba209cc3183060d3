"""The environment that the Makefile, the lock and the conda file promise."""

import re
import tomllib

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def locked(repository):
    lines = (repository / "constraints.txt").read_text().splitlines()
    return {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines if "==" in line}


def conda(repository):
    document = yaml.safe_load((repository / "envs" / "mer.yaml").read_text())
    lines = next(entry["pip"] for entry in document["dependencies"] if isinstance(entry, dict))
    return {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines}


def direct_dependencies(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    wanted = [Requirement(line) for line in project["dependencies"]]
    return {canonicalize_name(requirement.name): requirement for requirement in wanted}


def test_the_contrib_build_of_opencv_is_the_one_that_is_imported():
    import cv2

    assert cv2.optflow.DualTVL1OpticalFlow_create().getLambda() == 0.15


def test_the_lock_pins_torch_without_its_build(repository):
    text = (repository / "constraints.txt").read_text()
    assert "\ntorch==2.13.0\n" in text
    assert "+cpu" not in text
    assert "--hash" not in text


def test_the_lock_satisfies_every_direct_dependency(repository):
    pins = locked(repository)
    for name, requirement in direct_dependencies(repository).items():
        assert requirement.specifier.contains(pins[name]), f"{name} {pins[name]} is not in {requirement}"


def test_conda_names_every_direct_dependency_in_the_locked_version(repository):
    pins = locked(repository)
    assert set(conda(repository)) == set(direct_dependencies(repository))
    assert conda(repository) == {name: pins[name] for name in conda(repository)}


def test_the_contrib_build_is_reinstalled_last_by_make_and_by_conda(repository):
    version = locked(repository)["opencv-contrib-python"]
    makefile = (repository / "Makefile").read_text()
    assert re.search(r"-c constraints.txt -e.*\n.*\n.*--no-deps --force-reinstall \$\(CONTRIB\)", makefile)
    script = (repository / "envs" / "mer.post-deploy.sh").read_text()
    assert f"--no-deps --force-reinstall opencv-contrib-python=={version}" in script


def test_every_file_of_tests_is_collected(repository):
    for path in (repository / "tests").rglob("*.py"):
        has_tests = re.search(r"^def test_", path.read_text(), flags=re.MULTILINE)
        assert not has_tests or path.name.startswith("test_"), path
