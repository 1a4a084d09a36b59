"""The bill of materials (CycloneDX, JSON) of what an installation carries."""

import json
import platform
import subprocess
from pathlib import Path
from typing import Any

from environment import Environment, SetupError
from lock import normalized

ROOT = Path(__file__).resolve().parent.parent


def site_packages(environment: Environment) -> Path:
    """Folder of an environment's packages."""
    command = [str(environment.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


def write(tool: Environment, environment: Environment, names: set[str], target: Path, version: str) -> None:
    """Write the bill for the packages of an environment that have these (normalized) names, plus Python and Qt.

    `tool` is the environment that the CycloneDX program is in.
    """
    command = [str(tool.bin / "cyclonedx-py"), "environment", "--pyproject", str(ROOT / "pyproject.toml")]
    command += ["--mc-type", "application", "--output-reproducible", "--output-format", "JSON"]
    command += ["-o", str(target), str(environment.python)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SetupError(f"the bill of materials failed: {done.stderr}")
    bill: dict[str, Any] = json.loads(target.read_text("utf-8"))
    bill["components"] = [part for part in bill["components"] if normalized(part["name"]) in names]
    kept = {part["bom-ref"] for part in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    bill["dependencies"] = [
        {**entry, "dependsOn": [ref for ref in entry.get("dependsOn", []) if ref in kept]}
        for entry in bill["dependencies"]
        if entry["ref"] in kept
    ]
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
