"""Every setting of Vesture, in one table: variable, default, unit, meaning.

Read once at start (`Settings.from_environment`), then frozen. Only `cli` and `wiring` import this module, and
`os.environ` appears nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from vesture.errors import SettingError


def _setting(default: Any, unit: str, help_text: str) -> Any:
    return field(default=default, metadata={"unit": unit, "help": help_text})


def _user_folder(kind: str) -> Path:
    paths = platformdirs.PlatformDirs("vesture", appauthor=False)
    return Path(paths.user_cache_dir if kind == "cache" else paths.user_data_dir)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. The environment variable of a field is ``VESTURE_`` + its name in capitals."""

    assets: Path = _setting(_user_folder("cache"), "folder", "Where downloaded models and sample photos are kept.")
    data: Path = _setting(_user_folder("data"), "folder", "Where the embedded database and stored files live.")
    database_url: str = _setting("", "URL", "SQLAlchemy URL of the database; empty: SQLite in the data folder.")
    blob_url: str = _setting("", "URL", "Where files are stored (s3://, gs://, az://); empty: the data folder.")

    host: str = _setting("127.0.0.1", "address", "Address the server binds to.")
    port: int = _setting(8000, "port", "Port the server binds to.")
    public_url: str = _setting("", "URL", "Base of the URLs in answers; empty: taken from each request.")
    workers: int = _setting(1, "processes", "Worker processes that `vesture serve` starts and watches.")

    engine: str = _setting("auto", "auto|warp|diffusion", "Engine that dresses people.")
    device: str = _setting("auto", "device", "Where the diffusion engine computes: auto, cpu, cuda, cuda:1, …")
    diffusion_weights: str = _setting(
        "", "folder", "Folder with the diffusion checkpoint; empty: `diffusion` in the assets."
    )
    diffusion_precision: str = _setting(
        "auto", "auto|fp32|bf16|int8|fp8", "Number type of the diffusion engine's products; auto: by the device."
    )
    diffusion_numerics: str = _setting(
        "portable",
        "portable|reference",
        "portable: the same noise on every machine; reference: as the published program.",
    )
    diffusion_compile: str = _setting(
        "auto", "auto|on|off", "Whether the diffusion engine compiles its blocks; the first run is then slow."
    )
    diffusion_attention: str = _setting(
        "auto", "auto|blocked|fused|flash|efficient|cudnn|math", "Attention kernel of the diffusion engine."
    )
    diffusion_cuda_graphs: str = _setting(
        "auto", "auto|on|off", "Whether the diffusion engine records its kernels once and replays them on a GPU."
    )
    diffusion_samples_at_once: int = _setting(
        1, "samples", "Samples of a request that the diffusion engine makes in one batch; more need more memory."
    )
    diffusion_output: str = _setting(
        "model", "model|photo", "Frame of the diffusion engine's results: its own 576x864, or the person photo's."
    )
    diffusion_preview_every: int = _setting(5, "steps", "Steps between two previews of the diffusion engine; 0: none.")
    diffusion_allow_random: bool = _setting(
        False, "yes or no", "Serve a diffusion checkpoint of random numbers: for tests, its pictures are noise."
    )
    diffusion_parser_weights: str = _setting(
        "", "folder", "Folder of the published person parser (research only); empty: Vesture's own parser."
    )
    accept_research_licence: bool = _setting(
        False, "yes or no", "Use models whose licence allows research and evaluation only, where settings name them."
    )
    max_side: int = _setting(2048, "pixels", "Longer side of a result; larger person photos are scaled down.")
    min_side: int = _setting(64, "pixels", "Shorter side that a photo must have.")
    max_pixels: int = _setting(50_000_000, "pixels", "Pixels a photo may have before it is refused undecoded.")
    nsfw_threshold: float = _setting(0.7, "0..1", "Score from which the NSFW filter refuses a photo.")
    nsfw_conservative_threshold: float = _setting(
        0.4, "0..1", "The same for requests with moderation_level conservative."
    )

    fetch_max_bytes: int = _setting(50 * 1024 * 1024, "bytes", "Largest photo that is downloaded or decoded.")
    fetch_timeout_seconds: float = _setting(30.0, "seconds", "Time limit of one download.")
    fetch_allow_hosts: str = _setting(
        "", "host[,host]", "Hosts that photos may be fetched from though their address is private."
    )
    body_max_bytes: int = _setting(72 * 1024 * 1024, "bytes", "Largest request body (data URIs included).")
    upload_max_bytes: int = _setting(200 * 1024 * 1024, "bytes", "Largest file that may be uploaded.")

    lease_seconds: float = _setting(30.0, "seconds", "After this silence another worker takes a job up.")
    heartbeat_seconds: float = _setting(5.0, "seconds", "How often a worker renews its lease.")
    max_attempts: int = _setting(3, "attempts", "Starts of a job before it ends with an error.")
    sync_timeout_seconds: float = _setting(280.0, "seconds", "Longest synchronous run before it is answered 504.")
    max_queue_length: int = _setting(1000, "jobs", "Waiting jobs from which submits are answered 429; 0: no limit.")
    result_lifetime_seconds: float = _setting(86_400.0, "seconds", "How long results and their files are kept.")
    upload_lifetime_seconds: float = _setting(86_400.0, "seconds", "How long uploaded files are kept.")

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            choices = setting.metadata["unit"].split("|")
            if len(choices) > 1 and value not in choices:
                expected = f"{', '.join(choices[:-1])} or {choices[-1]}"
                raise SettingError(f"{variable(setting.name)} must be {expected}, got {value!r}")
            if isinstance(value, int | float) and value < 0:
                raise SettingError(f"{variable(setting.name)} must not be negative, got {value}")
        if self.diffusion_parser_weights and not self.accept_research_licence:
            raise SettingError(
                "VESTURE_DIFFUSION_PARSER_WEIGHTS names the published person parser, whose licence allows research and "
                "evaluation only. Set VESTURE_ACCEPT_RESEARCH_LICENCE=1 to accept that, or unset it."
            )

    @property
    def diffusion_folder(self) -> Path:
        """Where the diffusion engine's files are, or would be."""
        return Path(self.diffusion_weights).expanduser() if self.diffusion_weights else self.assets / "diffusion"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read ``VESTURE_*``; keyword arguments that are not None win.

        Raises:
            SettingError: a value has the wrong type, or a VESTURE_ variable is not a setting.
        """
        environment = os.environ if environment is None else environment
        known = {variable(setting.name): setting for setting in fields(cls)}
        unknown = sorted(name for name in environment if _is_ours(name) and name not in known)
        if unknown:
            raise SettingError(f"{', '.join(unknown)}: no such setting; `vesture settings` lists them")
        values: dict[str, Any] = {}
        for name, setting in known.items():
            if environment.get(name):
                values[setting.name] = _parse(name, environment[name], type(setting.default))
        values.update({name: value for name, value in overrides.items() if value is not None})
        return cls(**values)


def variable(name: str) -> str:
    """The environment variable of a field."""
    return f"VESTURE_{name.upper()}"


def _is_ours(name: str) -> bool:
    return name.startswith("VESTURE_") and not name.startswith("VESTURE_TEST_")  # those belong to the test suite


def _parse(name: str, text: str, kind: type[Any]) -> Any:
    if kind is bool:
        return _parse_flag(name, text)
    try:
        return Path(text).expanduser() if issubclass(kind, Path) else kind(text)
    except ValueError as error:
        expected = {"int": "a whole number", "float": "a number"}.get(kind.__name__, kind.__name__)
        raise SettingError(f"{name} must be {expected}, got {text!r}") from error


def _parse_flag(name: str, text: str) -> bool:
    flags = {**dict.fromkeys(("1", "true", "yes", "on"), True), **dict.fromkeys(("0", "false", "no", "off"), False)}
    if text.strip().lower() not in flags:
        raise SettingError(f"{name} must be yes or no, got {text!r}")
    return flags[text.strip().lower()]
