"""The command line: `vesture serve | worker | try-on | assets | keys | jobs | settings`.

Parses and hands over to `vesture.commands`; imports nothing heavy, so that `--help` answers at once.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import get_args

from vesture import __version__
from vesture.core.task import CategoryChoice, TryOnOptions
from vesture.errors import Cancelled, InputError, VestureError
from vesture.settings import Settings

OPTION_HELP = {
    "garment_photo_type": "kind of garment photo: auto, model (worn by somebody) or flat-lay",
    "nsfw_filter": "screen both photos for nudity",
    "cover_feet": "let long garments cover feet and shoes",
    "adjust_hands": "let the garment change the appearance of hands",
    "restore_background": "take extra care to keep the background",
    "restore_clothes": "take extra care to keep the other clothes",
    "long_top": "keep the hem of tops as low as the garment's own length",
    "guidance_scale": "how closely the diffusion engine follows the garment",
    "timesteps": "steps of the diffusion engine",
    "seed": "fixes everything random",
    "num_samples": "pictures to make, 1 to 4",
    "moderation": "how strict the screening is: permissive or conservative",
    "segmentation_free": "show the diffusion engine the unmasked person (default: as it is set up)",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (0 done, 1 refused, 2 wrong usage, 130 interrupted)."""
    parsed = build_parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if parsed.verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        return int(parsed.run(parsed) or 0)
    except InputError as error:
        print(f"vesture: {error.field}: {error}", file=sys.stderr)
        return 1
    except (VestureError, FileNotFoundError) as error:
        print(f"vesture: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stdout = None  # or the interpreter complains once more at its end
        return 1
    except (KeyboardInterrupt, Cancelled):
        return 130


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="vesture", description="Open, self-hosted virtual try-on.")
    parser.add_argument("--version", action="version", version=f"vesture {__version__}")
    parser.add_argument("-v", "--verbose", action="store_true", help="log more")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(commands)
    _add_try_on(commands)
    _add_assets(commands)
    _add_keys(commands)
    _add_jobs(commands)
    settings = commands.add_parser("settings", help="list every setting, its value and its meaning")
    settings.set_defaults(run=_settings)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="run the service: API, page and workers")
    serve.add_argument("--host", help="address to bind to (default: the setting, 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to bind to (default: the setting, 8000)")
    serve.add_argument("--workers", type=int, help="worker processes to start and watch; 0 for none")
    serve.add_argument("--data", type=Path, help="folder of the database and the stored files")
    serve.add_argument("--engine", choices=("auto", "warp", "diffusion"), help="engine that dresses people")
    serve.add_argument("--tls-cert", type=Path, help="certificate chain (PEM), to serve https")
    serve.add_argument("--tls-key", type=Path, help="private key (PEM) of the certificate")
    serve.set_defaults(run=_serve)
    worker = commands.add_parser("worker", help="run one worker process, on this or another machine")
    worker.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    worker.add_argument("--public-url", help="base of the file URLs in webhooks (default: the setting)")
    worker.add_argument("--data", type=Path, help="folder of the database and the stored files")
    worker.add_argument("--engine", choices=("auto", "warp", "diffusion"), help="engine that dresses people")
    worker.set_defaults(run=_worker)


def _add_try_on(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("try-on", help="dress one person in one garment")
    command.add_argument("person", type=Path, help="photo of a person")
    command.add_argument("garment", type=Path, help="photo of a garment")
    command.add_argument("--category", required=True, choices=get_args(CategoryChoice))
    command.add_argument("-o", "--output", type=Path, default=Path("out.png"), help="picture to write (out.png)")
    command.add_argument("--compare", action="store_true", help="write person, garment and result side by side")
    command.add_argument("--json", action="store_true", help="print the result's facts as JSON on stdout")
    command.add_argument("--profile", action="store_true", help="print the seconds of each stage on stderr")
    command.add_argument("--engine", choices=("auto", "warp", "diffusion"), default=None)
    command.add_argument("--quiet", action="store_true", help="no progress on stderr")
    for option in fields(TryOnOptions):
        if option.name not in OPTION_HELP:
            continue
        flag = "--" + option.name.replace("_", "-")
        if option.default is None or isinstance(option.default, bool):
            command.add_argument(
                flag, action=argparse.BooleanOptionalAction, default=option.default, help=OPTION_HELP[option.name]
            )
        else:
            kind = type(option.default)
            command.add_argument(flag, type=kind, default=option.default, help=OPTION_HELP[option.name])
    command.set_defaults(run=_try_on)


def _add_assets(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    assets = commands.add_parser("assets", help="fetch, list or verify models and sample photos")
    actions = assets.add_subparsers(title="actions", required=True, metavar="ACTION")
    for name, text in (
        ("pull", "fetch what is missing or damaged"),
        ("list", "show the table"),
        ("verify", "check every file"),
    ):
        action = actions.add_parser(name, help=text)
        if name == "list":
            action.add_argument("--json", action="store_true", help="print JSON on stdout")
        if name == "pull":
            action.add_argument(
                "--accept-research-licence",
                action="store_true",
                help="with diffusion: bring the published person parser too, whose licence is for research only",
            )
        action.add_argument("groups", nargs="*", metavar="GROUP", help="only these groups (default: all but diffusion)")
        action.set_defaults(run=_assets, action=name)


def _add_keys(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = commands.add_parser("keys", help="make, list or revoke API keys")
    actions = keys.add_subparsers(title="actions", required=True, metavar="ACTION")
    create = actions.add_parser("create", help="make a key; its secret is shown once")
    create.add_argument("--name", default="", help="what the key is for")
    revoke = actions.add_parser("revoke", help="make a key worthless")
    revoke.add_argument("id", help="the key's id")
    listing = actions.add_parser("list", help="show ids and names")
    for action, name in ((create, "create"), (revoke, "revoke"), (listing, "list")):
        action.add_argument("--data", type=Path, help="folder of the database and the stored files")
        action.set_defaults(run=_keys, action=name)


def _add_jobs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    jobs = commands.add_parser("jobs", help="look at the queue")
    actions = jobs.add_subparsers(title="actions", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="the newest requests")
    listing.add_argument("--limit", type=int, default=50)
    show = actions.add_parser("show", help="one request and its log")
    show.add_argument("id")
    cancel = actions.add_parser("cancel", help="cancel a request")
    cancel.add_argument("id")
    prune = actions.add_parser("prune", help="delete what has outlived its lifetime")
    for action, name in ((listing, "list"), (show, "show"), (cancel, "cancel"), (prune, "prune")):
        action.add_argument("--data", type=Path, help="folder of the database and the stored files")
        action.set_defaults(run=_jobs, action=name)


def _settings(parsed: argparse.Namespace) -> int:
    from vesture.settings import variable

    settings = Settings.from_environment()
    for setting in fields(settings):
        print(f"{variable(setting.name)}={getattr(settings, setting.name)}")
        print(f"    {setting.metadata['help']} [{setting.metadata['unit']}]")
    return 0


def _serve(parsed: argparse.Namespace) -> int:
    from vesture.commands.serve import run_serve

    return run_serve(parsed)


def _worker(parsed: argparse.Namespace) -> int:
    from vesture.commands.serve import run_worker

    return run_worker(parsed)


def _try_on(parsed: argparse.Namespace) -> int:
    from vesture.commands.try_on import run_try_on

    return run_try_on(parsed)


def _assets(parsed: argparse.Namespace) -> int:
    from vesture.assets import HubStore, run_list, run_pull, run_verify

    settings = Settings.from_environment()
    hub = HubStore(settings.diffusion_folder, replace=not settings.diffusion_weights)
    if parsed.action == "list":
        return run_list(settings.assets, parsed.groups, hub=hub, as_json=parsed.json)
    if parsed.action == "verify":
        return run_verify(settings.assets, parsed.groups, hub=hub)
    accepted = parsed.accept_research_licence
    return run_pull(settings.assets, parsed.groups, hub=hub, accept_research_licence=accepted)


def _keys(parsed: argparse.Namespace) -> int:
    from vesture.commands.records import run_keys

    return run_keys(parsed)


def _jobs(parsed: argparse.Namespace) -> int:
    from vesture.commands.records import run_jobs

    return run_jobs(parsed)


if __name__ == "__main__":
    sys.exit(main())
