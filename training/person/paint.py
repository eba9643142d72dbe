"""What the regions of a figure look like: cloths, skins, hair, laid on with the photo's own light."""

from __future__ import annotations

import cv2
import numpy as np

from training.garment.bank import creases, grains, piece
from training.garment.chance import between, choose, maybe
from training.garment.colours import Colour, cloth_colour, shifted
from training.garment.textures import TILE, Tile, cloth_tile
from training.person.figure import SHAPE, Bools, Bytes, Figure, Floats, Region
from vesture.vision.parsing.prior import Skeleton

SKINS = ((236, 200, 178), (226, 184, 156), (206, 158, 126), (178, 128, 96), (140, 96, 70), (100, 68, 50), (70, 48, 38))
HAIRS = {
    (28, 24, 22): 4,
    (54, 38, 28): 3,
    (92, 62, 40): 2,
    (150, 112, 70): 1.5,
    (206, 176, 124): 1.5,
    (140, 70, 40): 0.7,
    (170, 168, 164): 0.8,
    (200, 80, 120): 0.15,
}
CLOTHS = (
    Region.TOP,
    Region.BOTTOM,
    Region.ONE_PIECE,
    Region.SHOES,
    Region.THING,
    Region.UNDER,
    Region.HAT,
    Region.BAG,
    Region.STRAP,
    Region.BELT,
    Region.TIGHTS,
    Region.SCARF,
    Region.FUR,
    Region.LAPEL,
    Region.GLOVE,
)
PLAIN = (Region.STRAP, Region.BELT, Region.TIGHTS, Region.SHOES, Region.LAPEL, Region.GLOVE)


def painted(rng: np.random.Generator, figure: Figure, regions: Bytes, tiles: list[Tile]) -> Floats:
    """The picture (H, W, 3) of a figure whose regions were redrawn; `tiles` are pieces of garment photos."""
    light = shading(rng, figure, regions)
    picture = figure.picture.copy()
    skin = _skin_tone(rng, figure)
    hair = _hair_tone(rng, figure)
    colours = _colours(rng, skin, hair)
    everything = figure.drawn or maybe(rng, 0.3)
    for region in (Region.SKIN, Region.HAIR, *CLOTHS):
        where = regions == region
        if not where.any():
            continue
        fresh = where & (figure.regions != region)
        if region in (Region.SKIN, Region.HAIR):
            layer = _flesh(rng, figure, where, fresh, light, skin if region == Region.SKIN else hair, region)
        elif fresh.mean() > 0.02 * where.mean() or everything or maybe(rng, 0.45):
            layer = cloth(rng, colours[region], tiles, region, figure.skeleton.unit) * light[..., None]
            if region == Region.FUR:
                layer = (
                    layer * (1 + between(rng, 0.1, 0.3) * piece(rng, grains(), *SHAPE, between(rng, 0.7, 1)))[..., None]
                )
            if region in (Region.TOP, Region.TIGHTS, Region.ONE_PIECE) and maybe(rng, 0.06):
                layer = layer * between(rng, 0.4, 0.7) + skin * light[..., None] * 0.45  # sheer
        else:
            continue
        share = cv2.GaussianBlur(where.astype(np.float32), (0, 0), between(rng, 0.4, 0.8))[..., None]
        if fresh.any() or region not in (Region.SKIN, Region.HAIR):
            share = np.maximum(share, fresh[..., None])
        picture = picture * (1 - share) + layer * share
    if maybe(rng, 0.5):
        picture = _seams(rng, picture, regions, figure.skeleton)
    return picture.astype(np.float32)


def shading(rng: np.random.Generator, figure: Figure, regions: Bytes) -> Floats:
    """Light (H, W), 1 on the whole: the photo's own within each of its regions, round limbs, and folds."""
    luma = figure.picture @ np.float32([0.3, 0.59, 0.11])
    light = np.ones(SHAPE, np.float32)
    for region in np.unique(figure.regions):
        where = figure.regions == region
        if region not in (Region.SCENE, 255):
            middle = float(np.median(luma[where]))
            light[where] = np.clip((luma[where] + 15) / (middle + 15), 0.35, 1.7)
    light = 1 + (light - 1) * between(rng, 0.6, 1.2)
    body = (regions > 0).astype(np.uint8)
    far = cv2.distanceTransform(body, cv2.DIST_L2, 3)
    depth = between(rng, 0.05, 0.14) * figure.skeleton.unit
    strength = between(rng, 0.15, 0.5) if figure.drawn else between(rng, 0, 0.25)
    light = light * (1 - strength * (1 - np.clip(far / depth, 0, 1)) ** 2)
    if figure.drawn or maybe(rng, 0.5):
        folds = piece(rng, creases(), *SHAPE, between(rng, 0.4, 1.0)) * between(rng, 0.02, 0.2)
        light = np.where(np.isin(regions, (Region.SKIN, Region.HAIR)), light * (1 + 0.3 * folds), light * (1 + folds))
    if maybe(rng, 0.4):  # light from one side
        x, y = np.meshgrid(np.linspace(-1, 1, SHAPE[1]), np.linspace(-1, 1, SHAPE[0]))
        light = light * (1 + between(rng, -0.25, 0.25) * x + between(rng, -0.15, 0.15) * y)
    return np.clip(light, 0.2, 2).astype(np.float32)


def _skin_tone(rng: np.random.Generator, figure: Figure) -> Colour:
    shown = figure.regions == Region.SKIN
    if not figure.drawn and shown.sum() > 40 and maybe(rng, 0.5):
        return np.median(figure.picture[shown], axis=0).astype(np.float32)
    place = between(rng, 0, len(SKINS) - 1.001)
    low, share = int(place), place % 1
    tone = np.float32(SKINS[low]) * (1 - share) + np.float32(SKINS[low + 1]) * share
    return shifted(rng, tone, 0.1)


def _hair_tone(rng: np.random.Generator, figure: Figure) -> Colour:
    shown = figure.regions == Region.HAIR
    if not figure.drawn and shown.sum() > 40 and maybe(rng, 0.4):
        return np.median(figure.picture[shown], axis=0).astype(np.float32)
    return shifted(rng, np.float32(choose(rng, HAIRS)), 0.2)


def _colours(rng: np.random.Generator, skin: Colour, hair: Colour) -> dict[Region, Colour]:
    """Main colours; at times two neighbours are of one colour."""
    colours = {region: cloth_colour(rng) for region in CLOTHS}
    if maybe(rng, 0.2):
        colours[Region.BOTTOM] = shifted(rng, colours[Region.TOP], 0.1)
    if maybe(rng, 0.12):
        colours[choose(rng, {Region.TOP: 3, Region.BOTTOM: 2, Region.ONE_PIECE: 2})] = shifted(rng, skin, 0.15)
    if maybe(rng, 0.15):
        colours[choose(rng, {Region.TOP: 3, Region.ONE_PIECE: 2})] = shifted(rng, hair, 0.15)
    if maybe(rng, 0.3):
        colours[Region.SHOES] = shifted(rng, colours[Region.BOTTOM], 0.2)
    if maybe(rng, 0.3):
        colours[Region.BAG] = shifted(rng, colours[choose(rng, {Region.TOP: 1, Region.BOTTOM: 1})], 0.2)
    if maybe(rng, 0.75):
        colours[Region.STRAP] = colours[Region.BAG]
    if maybe(rng, 0.75):
        colours[Region.LAPEL] = shifted(rng, colours[Region.TOP] * between(rng, 0.6, 1.25), 0.05)
    if maybe(rng, 0.6):
        colours[Region.FUR] = shifted(rng, np.float32(choose(rng, HAIRS)), 0.3)
    if maybe(rng, 0.5):
        colours[Region.GLOVE] = np.float32(rng.normal(36, 10, 3))
    if maybe(rng, 0.7):
        colours[Region.TIGHTS] = np.float32(rng.normal(32, 8, 3))
    return colours


def cloth(rng: np.random.Generator, colour: Colour, tiles: list[Tile], region: Region, unit: float) -> Floats:
    """A cloth (H, W, 3) in any size and direction."""
    if region in PLAIN and maybe(rng, 0.75):
        plain = np.broadcast_to(colour, (*SHAPE, 3)) * (
            1 + between(rng, 0, 0.06) * piece(rng, grains(), *SHAPE)[..., None]
        )
        return plain.astype(np.float32)
    if tiles and maybe(rng, 0.22):
        tile = tiles[int(rng.integers(len(tiles)))]
        if maybe(rng, 0.5):
            tile = np.clip(tile * (colour / np.maximum(tile.mean((0, 1)), 8)), 0, 255)
    else:
        tile = cloth_tile(rng, colour)
    zoom = between(rng, 0.25, 0.9) * unit / 45
    turn = cv2.getRotationMatrix2D((TILE / 2, TILE / 2), between(rng, -20, 20) + 90 * int(rng.integers(4)), zoom)
    turn[:, 2] += rng.uniform(-40, 40, 2)
    tile = np.ascontiguousarray(tile, np.float32)
    way = cv2.INTER_AREA if zoom < 0.5 else cv2.INTER_LINEAR
    if way == cv2.INTER_AREA:
        tile = cv2.GaussianBlur(tile, (0, 0), 0.35 / zoom)
    return np.asarray(cv2.warpAffine(tile, turn, SHAPE[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def _flesh(
    rng: np.random.Generator, figure: Figure, where: Bools, fresh: Bools, light: Floats, tone: Colour, region: Region
) -> Floats:
    """Skin or hair (H, W, 3): the photo's own, brought to a tone, and new where there was none."""
    calm = light if region == Region.HAIR else 1 + 0.6 * (cv2.GaussianBlur(light, (0, 0), 2.0) - 1)
    detail = piece(rng, grains(), *SHAPE, between(rng, 0.5, 1))
    if region == Region.HAIR:
        strands = cv2.GaussianBlur(detail, (0, 0), sigmaX=0.6, sigmaY=between(rng, 2, 8))
        detail = strands / max(float(strands.std()), 1e-6)
    strength = between(rng, 0.06, 0.3) if region == Region.HAIR else between(rng, 0, 0.02)
    layer = tone * (calm * (1 + strength * detail))[..., None]
    old = where & ~fresh
    if old.any() and not figure.drawn:
        mean = np.median(figure.picture[old], axis=0)
        layer[old] = np.clip(figure.picture[old] * (tone + 6) / (mean + 6), 0, 255)
    elif figure.drawn and region == Region.SKIN:
        layer = layer * (figure.picture / 128)
    return layer.astype(np.float32)


def _seams(rng: np.random.Generator, picture: Floats, regions: Bytes, skeleton: Skeleton) -> Floats:
    """A dark line, as of a hem's shadow, below the borders between regions."""
    border = (regions[1:] != regions[:-1]) & (regions[1:] > 0) & (regions[:-1] > 0)
    line = np.zeros(SHAPE, np.float32)
    line[1:][border] = 1
    if maybe(rng, 0.4):  # a dress gathered at its waist
        _, down = skeleton.frame(SHAPE)
        line[(np.abs(down - between(rng, 0.5, 0.95)) < 0.012) & (regions == Region.ONE_PIECE)] = 1
    soft = cv2.GaussianBlur(line, (0, 0), max(0.5, between(rng, 0.008, 0.03) * skeleton.unit))
    return picture * (1 - between(rng, 0.2, 0.9) * np.minimum(soft, 0.8))[..., None]
