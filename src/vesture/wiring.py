"""The only place that builds things: settings to stores, engine, app and worker.

Each function imports what it builds when it is called, so that importing this module loads nothing heavy.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vesture.errors import SettingError
from vesture.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from vesture.api.edge import SamplePhoto
    from vesture.core.task import Category, Engine, GarmentPhotoType, Picture
    from vesture.pipeline import FindCategory, Pipeline
    from vesture.store.blobs import ObjectBlobStore
    from vesture.store.database import Database
    from vesture.store.jobs import SqlJobStore
    from vesture.store.keys import KeyStore
    from vesture.store.workers import WorkerStore
    from vesture.vision.pose.estimator import PoseEstimator
    from vesture.worker.loop import Worker


WORKER_SEEN_EVERY_SECONDS = 5.0
"""How often a worker says that it is alive; `/health` takes one for gone after a few times that."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The opened stores of one process."""

    database: Database
    jobs: SqlJobStore
    blobs: ObjectBlobStore
    keys: KeyStore
    workers: WorkerStore
    settings: Settings

    async def prune(self) -> tuple[int, int]:
        """Delete what has outlived its lifetime: (requests, files)."""
        return await self.jobs.prune(self.settings.result_lifetime_seconds), await self.blobs.prune()

    async def close(self) -> None:
        await self.jobs.close()


async def open_memory(settings: Settings) -> Memory:
    """Open database and files; the folder of the embedded ones is made when it is not there."""
    from vesture.store.blobs import ObjectBlobStore
    from vesture.store.database import Database
    from vesture.store.jobs import SqlJobStore
    from vesture.store.keys import KeyStore
    from vesture.store.workers import WorkerStore

    if not settings.database_url or not settings.blob_url:
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = await Database.open(settings.database_url or f"sqlite:///{settings.data / 'vesture.sqlite3'}")
    blobs = ObjectBlobStore.open(settings.blob_url or settings.data / "files", settings.result_lifetime_seconds)
    return Memory(database, SqlJobStore(database), blobs, KeyStore(database), WorkerStore(database), settings)


def library_pipeline(*, engine: str | None = None, device: str | None = None, **overrides: Any) -> Pipeline:
    """The pipeline of `vesture.TryOn`: settings from the environment, then the caller's overrides."""
    return build_pipeline(Settings.from_environment(engine=engine, device=device, **overrides))


def build_pipeline(settings: Settings) -> Pipeline:
    """Engine, filter and limits, models loaded."""
    from vesture.images.safety import NsfwFilter
    from vesture.pipeline import PhotoLimits, Pipeline

    limits = PhotoLimits(
        max_bytes=settings.fetch_max_bytes,
        max_pixels=settings.max_pixels,
        min_side=settings.min_side,
        max_result_side=settings.max_side,
    )
    nsfw_filter = NsfwFilter(settings.nsfw_threshold, conservative=settings.nsfw_conservative_threshold)
    return Pipeline(build_engine(settings), nsfw_filter, limits, _category_finder(settings))


def _category_finder(settings: Settings) -> FindCategory:
    """Finds categories out; built when it is asked first, which few requests do."""
    finder: list[FindCategory] = []

    def find(garment: Picture, photo_type: GarmentPhotoType) -> Category:
        if not finder:
            from vesture.engines.category import CategoryFinder
            from vesture.vision.garment.network import WEIGHTS, GarmentNetwork

            network = GarmentNetwork() if WEIGHTS.is_file() else None
            finder.append(CategoryFinder(_pose_estimator(settings), network))
        return finder[0](garment, photo_type)

    return find


def build_engine(settings: Settings) -> Engine:
    """The engine that `settings.engine` asks for."""
    from vesture.engines.diffusion.availability import why_not_automatic
    from vesture.engines.registry import EngineEntry, choose_engine

    folder = settings.diffusion_folder
    return choose_engine(
        settings.engine,
        {
            "diffusion": EngineEntry(lambda: _diffusion_engine(settings), lambda: why_not_automatic(folder)),
            "warp": EngineEntry(lambda: _warp_engine(settings), lambda: None),
        },
    )


def check_engine(settings: Settings) -> None:
    """Raise `AssetError` now when the engine of `settings` lacks a file, instead of when a worker starts."""
    from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore

    store = AssetStore(settings.assets)
    for name in (POSE_DETECTION, POSE_LANDMARKS):
        store.path(name)
    if settings.engine == "diffusion":
        from vesture.engines.diffusion.availability import require

        require(settings.diffusion_folder, allow_random=settings.diffusion_allow_random)


def _pose_estimator(settings: Settings) -> PoseEstimator:
    from vesture.assets import POSE_DETECTION, POSE_LANDMARKS, AssetStore
    from vesture.vision.pose.estimator import PoseEstimator

    assets = AssetStore(settings.assets)
    return PoseEstimator(assets.path(POSE_DETECTION), assets.path(POSE_LANDMARKS))


def _warp_engine(settings: Settings) -> Engine:
    from vesture.engines.warp.engine import WarpEngine
    from vesture.vision.garment.network import GarmentNetwork
    from vesture.vision.parsing.network import PersonNetwork

    return WarpEngine(_pose_estimator(settings), GarmentNetwork(), PersonNetwork())


def _diffusion_engine(settings: Settings) -> Engine:
    from vesture.engines.diffusion.availability import require

    require(settings.diffusion_folder, allow_random=settings.diffusion_allow_random)
    from vesture.engines.diffusion.assemble import load_engine, options_for

    try:
        options = options_for(None if settings.device == "auto" else settings.device, **_diffusion_choices(settings))
    except ValueError as error:
        raise SettingError(f"The settings of the diffusion engine do not go together: {error}") from error
    parse = None
    if settings.diffusion_parser_weights:
        from vesture.engines.diffusion.published_parser import load_published_parser

        parse = load_published_parser(
            Path(settings.diffusion_parser_weights).expanduser(),
            options.device,
            accept_research_licence=settings.accept_research_licence,
        )
    return load_engine(
        settings.diffusion_folder,
        _pose_estimator(settings),
        options,
        parse=parse,
        allow_random=settings.diffusion_allow_random,
    )


def _diffusion_choices(settings: Settings) -> dict[str, Any]:
    """What the settings say of the engine's options; None leaves a choice to the machine."""
    switches = {"auto": None, "on": True, "off": False}
    return {
        "precision": None if settings.diffusion_precision == "auto" else settings.diffusion_precision,
        "attention": None if settings.diffusion_attention == "auto" else settings.diffusion_attention,
        "compile": switches[settings.diffusion_compile],
        "cuda_graphs": switches[settings.diffusion_cuda_graphs],
        "samples_at_once": settings.diffusion_samples_at_once,
        "numerics": settings.diffusion_numerics,
        "output": settings.diffusion_output,
        "preview_every": settings.diffusion_preview_every,
    }


async def build_app(settings: Settings, memory: Memory) -> FastAPI:
    """The HTTP application over opened stores."""
    from vesture import __version__
    from vesture.api.app import create_app
    from vesture.api.edge import Limits
    from vesture.store.secrets import server_secret
    from vesture.worker.webhook import key_set

    async def webhook_keys() -> dict[str, Any]:
        return key_set(await server_secret(memory.database, "webhooks"))

    return create_app(
        jobs=memory.jobs,
        blobs=memory.blobs,
        version=__version__,
        keys=memory.keys,
        workers=memory.workers,
        limits=Limits(
            body_max_bytes=settings.body_max_bytes,
            upload_max_bytes=settings.upload_max_bytes,
            upload_lifetime_seconds=settings.upload_lifetime_seconds,
            max_queue_length=settings.max_queue_length,
            max_attempts=settings.max_attempts,
            sync_timeout_seconds=settings.sync_timeout_seconds,
        ),
        public_url=settings.public_url,
        signing_secret=await server_secret(memory.database, "tokens"),
        key_set=webhook_keys,
        samples=_sample_photos(settings),
    )


def _sample_photos(settings: Settings) -> list[SamplePhoto]:
    """The sample photos that are there; none of them is needed to serve."""
    from vesture.api.edge import SamplePhoto
    from vesture.assets import AssetStore, samples

    store = AssetStore(settings.assets)
    if not store.has("samples"):
        return []
    return [
        SamplePhoto(
            sample.name,
            "garment" if sample.kind == "garment" else "person",
            sample.title,
            sample.path(store),
            sample.category,
        )
        for sample in samples()
        if sample.kind != "selfie"
    ]


async def build_worker(settings: Settings, memory: Memory) -> Worker:
    """A worker over opened stores, its engine in a child process."""
    from vesture.core.file_urls import file_url, own_blob_key
    from vesture.core.tryon_input import parse_input
    from vesture.images.fetch import Fetcher
    from vesture.store.deliveries import DeliveryStore
    from vesture.store.secrets import server_secret
    from vesture.worker.engine_process import EngineProcess
    from vesture.worker.loop import Chore, Worker, WorkerTimes, worker_name
    from vesture.worker.run_job import Tools
    from vesture.worker.webhook import WebhookSender

    fetcher = Fetcher(
        max_bytes=settings.fetch_max_bytes,
        timeout_seconds=settings.fetch_timeout_seconds,
        allow_hosts=[host.strip() for host in settings.fetch_allow_hosts.split(",") if host.strip()],
    )
    engine = EngineProcess(partial(build_pipeline, settings))
    tools = Tools(engine, memory.blobs, parse_input, fetcher.fetch, own_blob_key)
    times = WorkerTimes(lease=settings.lease_seconds, heartbeat=settings.heartbeat_seconds)
    base = settings.public_url or f"http://{settings.host}:{settings.port}"
    webhooks = WebhookSender(
        DeliveryStore(memory.database),
        fetcher.post,
        await server_secret(memory.database, "webhooks"),
        partial(file_url, base),
    )
    name = worker_name(os.getpid())
    chores = [
        Chore(WORKER_SEEN_EVERY_SECONDS, lambda: memory.workers.seen(name, engine.engine), at_once=True),
        Chore(1.0, memory.jobs.reap),
        Chore(1.0, webhooks.send_due),
        Chore(600.0, memory.prune),
    ]
    return Worker(memory.jobs, engine, tools, times=times, chores=chores, name=name)
