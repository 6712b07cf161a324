"""Reads config.toml, then the files that override parts of it. Every number of the training is in those files; none has a default here."""
import tomllib
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve().parent


def read_settings(overrides=()):
    """Sections as attributes. An override that names something config.toml does not have is an error, so that a slip is not ignored."""
    table = tomllib.loads((HERE / "config.toml").read_text())
    for path in overrides:
        merge(table, tomllib.loads(Path(path).read_text()), str(path))
    return SimpleNamespace(**{name: SimpleNamespace(**section) for name, section in table.items()}, table=table)


def merge(table, override, where):
    for name, value in override.items():
        if name not in table:
            raise SystemExit(f"{where}: config.toml has no {name}; expected one of {', '.join(table)}")
        if name in ("called", "packages"):
            table[name] = table[name] | value
        elif isinstance(value, dict) and isinstance(table[name], dict) and name not in ("styles", "weights"):
            merge(table[name], value, f"{where}: {name}")
        else:
            table[name] = value
