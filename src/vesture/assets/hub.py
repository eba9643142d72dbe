"""The Hugging Face hub as its own library sees it: addresses, credentials, the cache on this machine, offline mode.

Takes rows of `hub_table`. `HF_HOME`, `HF_TOKEN`, `HF_ENDPOINT` and `HF_HUB_OFFLINE` have the effects that the library
`huggingface_hub` gives them; it is part of the extra ``diffusion`` and imported only here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vesture.assets.hub_table import HubFile
from vesture.errors import AssetError

INSTALL = "pip install 'vesture[diffusion]'"


@dataclass(frozen=True, slots=True)
class Hub:
    """What the library knows: whether the network may be used, where its cache is, what a request must carry."""

    offline: bool
    cache: Path
    headers: dict[str, str]

    @classmethod
    def open(cls) -> Hub:
        """
        Raises:
            AssetError: `huggingface_hub` is not installed.
        """
        try:
            from huggingface_hub import constants
            from huggingface_hub.utils import build_hf_headers
        except ImportError as error:
            raise AssetError(f"The diffusion engine's files come through huggingface-hub: run `{INSTALL}`.") from error
        return cls(
            bool(constants.HF_HUB_OFFLINE),
            Path(constants.HF_HUB_CACHE),
            build_hf_headers(library_name="vesture"),
        )

    def url(self, file: HubFile) -> str:
        from huggingface_hub import hf_hub_url

        return str(hf_hub_url(file.repository.name, file.member, revision=file.repository.revision))

    def cached(self, file: HubFile) -> Path | None:
        """The file in the library's cache, put there by whatever program; not verified."""
        from huggingface_hub import try_to_load_from_cache

        found = try_to_load_from_cache(
            file.repository.name, file.member, cache_dir=self.cache, revision=file.repository.revision
        )
        return Path(found).resolve() if isinstance(found, str) else None
