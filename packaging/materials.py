"""The bill of materials (CycloneDX, JSON) of what an installation carries."""

import json
import platform
import subprocess
from pathlib import Path
from typing import Any

from environment import Environment, SetupError

ROOT = Path(__file__).resolve().parent.parent
# In the environment that it is drawn from, but not in the program.
TOOLS = {"pip", "setuptools"}


def site_packages(environment: Environment) -> Path:
    """Folder of an environment's packages."""
    command = [str(environment.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def write(tools: Environment, runtime: Environment, target: Path, version: str) -> None:
    """Write the bill for a runtime environment, plus Python and Qt, which are no packages of their own there."""
    command = [str(tools.bin / "cyclonedx-py"), "environment", "--pyproject", str(ROOT / "pyproject.toml")]
    command += ["--mc-type", "application", "--output-reproducible", "--output-format", "JSON"]
    done = subprocess.run(
        [*command, "-o", str(target), str(runtime.python)], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SetupError(f"the bill of materials failed: {done.stderr}")
    bill: dict[str, Any] = json.loads(target.read_text("utf-8"))
    left_out = {part["bom-ref"] for part in bill["components"] if part["name"] in TOOLS}
    bill["components"] = [part for part in bill["components"] if part["bom-ref"] not in left_out]
    bill["dependencies"] = [entry for entry in bill["dependencies"] if entry["ref"] not in left_out]
    qt = next(part["version"] for part in bill["components"] if part["name"].lower().startswith("pyside6"))
    bill["components"] += [
        _library("CPython", platform.python_version(), "PSF-2.0"),
        _library("Qt", qt, "LGPL-3.0-only"),
    ]
    bill["metadata"]["component"]["version"] = version
    target.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _library(name: str, version: str, license_id: str) -> dict[str, Any]:
    return {
        "bom-ref": f"{name}=={version}",
        "type": "library",
        "name": name,
        "version": version,
        "licenses": [{"license": {"id": license_id}}],
    }
