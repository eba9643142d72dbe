"""Every kind of file that is sent, and what is made of it."""

from __future__ import annotations

import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from vesture.core.task import Picture
from vesture.errors import (
    FileTooLarge,
    ImageLoadError,
    ImageTooLarge,
    ImageTooSmall,
    InputError,
    UnsupportedImageFormat,
)
from vesture.images.codec import decode, encode_jpeg, encode_png, limit_size

WIDTH, HEIGHT = 80, 96


def read(data: bytes, **limits: int) -> Picture:
    return decode(data, "garment_image", **{"min_side": 64, "max_pixels": 1_000_000, "max_bytes": 2**20, **limits})


def save(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.fixture
def photo() -> Image.Image:
    """Smooth, different in every corner and channel, so that a turned, mirrored or swapped picture shows."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    channels = [40 + 2 * x, 30 + 1.5 * y, 200 - x - 0.5 * y]
    return Image.fromarray(np.stack(channels, axis=-1).astype(np.uint8))


def assert_close(picture: Picture, expected: Image.Image, tolerance: float) -> None:
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb.flags.c_contiguous
    assert picture.rgb.shape == (expected.height, expected.width, 3)
    difference = np.abs(picture.rgb.astype(int) - np.asarray(expected.convert("RGB")).astype(int))
    assert difference.mean() <= tolerance


@pytest.mark.parametrize(
    ("kind", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("TIFF", {"compression": "jpeg", "quality": 95}, 2),
        ("WEBP", {"lossless": True}, 0),
        ("WEBP", {"quality": 95}, 3),
        ("JPEG", {"quality": 95}, 2),
        ("JPEG", {"quality": 95, "progressive": True}, 2),
        ("AVIF", {"quality": 95}, 3),
        ("MPO", {"quality": 95}, 2),
        ("GIF", {}, 8),
    ],
)
def test_formats(photo: Image.Image, kind: str, options: dict[str, Any], tolerance: float) -> None:
    picture = read(save(photo, kind, **options))
    assert_close(picture, photo, tolerance)
    assert picture.alpha is None


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF", "MPO", "AVIF"])
def test_first_of_several_frames(photo: Image.Image, kind: str) -> None:
    others = [ImageOps.invert(photo), ImageOps.mirror(photo)]
    data = save(photo, kind, save_all=True, append_images=others)
    assert Image.open(BytesIO(data)).n_frames == 3  # type: ignore[attr-defined]
    assert_close(read(data), photo, 9)


def _png(bit_depth: int, color_type: int, rows: bytes, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, bit_depth, color_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("color_type", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_16_bits(photo: Image.Image, color_type: int, channels: int) -> None:
    colours = np.asarray(photo if channels > 2 else photo.convert("L")).reshape(HEIGHT, WIDTH, -1).astype(">u2") * 257
    values = np.full((HEIGHT, WIDTH, channels), 65535, ">u2")
    values[..., : colours.shape[2]] = colours
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    picture = read(_png(16, color_type, rows))
    assert_close(picture, photo if channels > 2 else photo.convert("L"), 0)
    assert picture.alpha is None


def test_16_bit_tiff_of_either_byte_order(photo: Image.Image) -> None:
    grey = np.asarray(photo.convert("L")).astype(np.uint16) * 257
    for values in (Image.fromarray(grey), Image.fromarray(grey.astype(">u2"))):
        assert_close(read(save(values, "TIFF")), photo.convert("L"), 0)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_modes_without_alpha(photo: Image.Image, mode: str) -> None:
    image = photo.convert(mode)
    picture = read(save(image))
    assert_close(picture, image, 0)
    assert picture.alpha is None


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_is_kept_and_what_is_invisible_is_white(photo: Image.Image, mode: str) -> None:
    alpha = np.zeros((HEIGHT, WIDTH), np.uint8)
    alpha[:, 20:40], alpha[:, 40:] = 128, 255
    image = photo.convert(mode)
    image.putalpha(Image.fromarray(alpha))
    picture = read(save(image))
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha, alpha)
    assert (picture.rgb[:, :20] == 255).all()
    own = np.asarray(photo if mode == "RGBA" else photo.convert("L").convert("RGB"))
    assert np.array_equal(picture.rgb[:, 20:], own[:, 20:])


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_opaque_alpha_is_no_alpha(photo: Image.Image, kind: str) -> None:
    assert read(save(photo.convert("RGBA"), kind)).alpha is None


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_palette_with_a_transparent_colour(kind: str) -> None:
    image = Image.new("P", (WIDTH, HEIGHT), 1)
    image.putpalette([255, 0, 255, 0, 120, 0])
    image.paste(0, (0, 0, 30, HEIGHT))
    picture = read(save(image, kind, transparency=0) if kind != "WEBP" else save(_keyed(image), kind, lossless=True))
    assert picture.alpha is not None
    assert (picture.alpha[:, :30] == 0).all()
    assert (picture.alpha[:, 30:] == 255).all()
    assert (picture.rgb[:, :30] == 255).all()
    assert (picture.rgb[:, 30:] == (0, 120, 0)).all()


def _keyed(image: Image.Image) -> Image.Image:
    image.info["transparency"] = 0
    return image.convert("RGBA")


def test_palette_with_an_alpha_for_each_colour() -> None:
    image = Image.new("P", (WIDTH, HEIGHT), 1)
    image.putpalette([255, 0, 255, 0, 120, 0])
    picture = read(save(image, transparency=b"\x00\x40"))
    assert picture.alpha is not None
    assert (picture.alpha == 64).all()
    assert (picture.rgb == (0, 120, 0)).all()


def test_colour_key(photo: Image.Image) -> None:
    image = photo.copy()
    image.paste((1, 2, 3), (0, 0, 10, HEIGHT))
    picture = read(save(image, transparency=(1, 2, 3)))
    assert picture.alpha is not None
    assert (picture.alpha[:, :10] == 0).all()
    assert (picture.rgb[:, :10] == 255).all()
    assert (picture.alpha[:, 10:] == 255).all()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(photo: Image.Image, kind: str) -> None:
    data = save(photo.convert("CMYK"), kind)
    assert (b"Adobe" in data) == (kind == "JPEG")  # such JPEGs hold inverted inks
    assert_close(read(data), photo, 4)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_exif_orientation(photo: Image.Image, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {} if kind in ("PNG", "TIFF") else {"quality": 95}
    data = save(photo, kind, exif=exif, **options)
    expected = photo.copy()
    expected.getexif()[0x0112] = orientation
    assert_close(read(data), ImageOps.exif_transpose(expected), 0 if not options else 3)


@pytest.mark.parametrize("value", [0, 9, 255])
def test_nonsense_orientation_is_ignored(photo: Image.Image, value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert_close(read(save(photo, exif=exif)), photo, 0)


def test_alpha_turns_with_the_colours(photo: Image.Image) -> None:
    image, exif = photo.convert("RGBA"), Image.Exif()
    image.putpixel((3, 5), (0, 0, 0, 0))
    exif[0x0112] = 6
    picture = read(save(image, exif=exif))
    assert picture.alpha is not None
    assert np.argwhere(picture.alpha == 0).tolist() == [[3, HEIGHT - 1 - 5]]
    assert picture.rgb[3, HEIGHT - 1 - 5].tolist() == [255, 255, 255]


def _profile(space: bytes, tags: dict[bytes, bytes], description: str) -> bytes:
    """A small ICC profile (version 2, as ICC.1:2001-04 section 6 lays it out)."""
    text = description.encode() + b"\0"
    tags = {b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78), **tags}
    tags.setdefault(b"cprt", b"text" + bytes(4) + b"none\0")
    offset, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        content += bytes(-len(content) % 4)
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content
    head = struct.pack(">I4sI4s4s4s", offset + len(body), bytes(4), 0x02100000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _xyz(0.9642, 1.0, 0.8249)[8:]
    return head.ljust(128, b"\0") + table + body


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _gamma(value: float) -> bytes:
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(value * 256))


# Display P3 primaries adapted to D50 (columns), and the same for sRGB.
P3 = np.array([[0.5151, 0.2920, 0.1571], [0.2412, 0.6922, 0.0666], [-0.0011, 0.0419, 0.7841]])
SRGB = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7142]])


def _wide_profile(description: str = "wide gamut") -> bytes:
    tags = {name: _xyz(*P3[:, column]) for column, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _gamma(2.2)) | {b"wtpt": _xyz(0.9642, 1.0, 0.8249)}
    return _profile(b"RGB ", tags, description)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colour_profile_is_converted_to_srgb(mode: str) -> None:
    colour = np.array([200, 90, 60])
    linear = np.linalg.solve(SRGB, P3 @ (colour / 255) ** 2.2)
    expected = 255 * (1.055 * linear ** (1 / 2.4) - 0.055)
    image = Image.new("RGB", (WIDTH, HEIGHT), tuple(int(value) for value in colour))
    image = image.quantize(2) if mode == "P" else image.convert(mode)
    picture = read(save(image, icc_profile=_wide_profile()))
    assert np.abs(picture.rgb[0, 0] - expected).max() <= 2
    assert np.abs(picture.rgb[0, 0] - colour).max() >= 10


def test_grey_profile() -> None:
    profile = _profile(b"GRAY", {b"kTRC": _gamma(1.0), b"wtpt": _xyz(0.9642, 1.0, 0.8249)}, "linear grey")
    picture = read(save(Image.new("L", (WIDTH, HEIGHT), 128), icc_profile=profile))
    assert np.abs(picture.rgb[0, 0].astype(int) - 188).max() <= 2


@pytest.mark.parametrize("profile", [b"nonsense", _wide_profile()[:200], _wide_profile("sRGB IEC61966-2.1")])
def test_broken_and_srgb_profiles_change_nothing(photo: Image.Image, profile: bytes) -> None:
    assert_close(read(save(photo, icc_profile=profile)), photo, 0)


def test_profile_for_other_channels_is_ignored(photo: Image.Image) -> None:
    assert_close(read(save(photo.convert("CMYK"), "TIFF", icc_profile=_wide_profile())), photo, 4)
    assert_close(read(save(photo.convert("L"), icc_profile=_wide_profile())), photo.convert("L"), 0)


def _header_only_png(width: int, height: int) -> bytes:
    return _png(8, 2, b"", width, height)


def _header_only_jpeg(width: int, height: int) -> bytes:
    frame = struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes((1, 17, 0, 2, 17, 0, 3, 17, 0))
    return b"\xff\xd8\xff\xc0" + frame + b"\xff\xda" + struct.pack(">HB", 12, 3) + bytes(9)


WHOLE = save(Image.effect_noise((WIDTH, HEIGHT), 90), "PNG")
MILLION = {"max_width": 1000, "max_height": 1000}
BAD_INPUTS = {
    "nothing": (b"", ImageLoadError, {}),
    "text": (b"hello, I am a picture", ImageLoadError, {}),
    "page": (b"<!doctype html><title>Not found</title>", ImageLoadError, {}),
    "one byte": (b"\x89", ImageLoadError, {}),
    "PNG signature alone": (WHOLE[:8], ImageLoadError, {}),
    "PNG header alone": (WHOLE[:40], ImageLoadError, {}),
    "truncated PNG": (WHOLE[: len(WHOLE) // 2], ImageLoadError, {}),
    "damaged PNG": (WHOLE[:3000] + bytes(64) + WHOLE[3064:], ImageLoadError, {}),
    "PNG of 30,000 x 30,000": (_header_only_png(30_000, 30_000), ImageTooLarge, MILLION),
    "PNG of 2**31": (_header_only_png(2**31 - 1, 2**31 - 1), ImageTooLarge, MILLION),
    "PNG without size": (_header_only_png(0, 0), ImageLoadError, {}),
    "JPEG of 30,000 x 30,000": (_header_only_jpeg(30_000, 30_000), ImageTooLarge, MILLION),
    "1 x 1": (save(Image.new("RGB", (1, 1))), ImageTooSmall, {"min_width": 64, "min_height": 64}),
    "63 wide": (save(Image.new("RGB", (63, 200))), ImageTooSmall, {"min_width": 64, "min_height": 64}),
    "63 high": (save(Image.new("RGB", (200, 63))), ImageTooSmall, {"min_width": 64, "min_height": 64}),
    "a strip": (save(Image.new("L", (2400, 66))), ImageTooSmall, {"min_width": 200, "min_height": 200}),
    "32-bit TIFF": (save(Image.new("F", (WIDTH, HEIGHT)), "TIFF"), UnsupportedImageFormat, None),
    "icon": (save(Image.new("RGB", (128, 128)), "ICO"), UnsupportedImageFormat, None),
    "JPEG 2000": (save(Image.new("RGB", (128, 128)), "JPEG2000"), UnsupportedImageFormat, None),
    "PDF": (save(Image.new("RGB", (128, 128)), "PDF"), UnsupportedImageFormat, None),
    "HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", UnsupportedImageFormat, None),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', UnsupportedImageFormat, None),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n", UnsupportedImageFormat, None),
    "Photoshop": (b"8BPS\0\1" + bytes(40), UnsupportedImageFormat, None),
    "too many bytes": (WHOLE + bytes(2**20), FileTooLarge, {"max_size": 2**20}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_bad_input(name: str) -> None:
    data, kind, context = BAD_INPUTS[name]
    with pytest.raises(InputError) as caught:
        read(data)
    assert type(caught.value) is kind
    assert caught.value.field == "garment_image"
    assert "garment_image" in caught.value.message
    if context is None:
        context = {"supported_formats": ["jpeg", "png", "webp", "avif", "gif", "bmp", "tiff"]}
    assert caught.value.context == context


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated(photo: Image.Image, kind: str, share: float) -> None:
    data = save(photo, kind)
    with pytest.raises(ImageLoadError):
        read(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"])
def test_damaged_bytes_give_a_picture_or_an_input_error(photo: Image.Image, kind: str) -> None:
    whole, generator = save(photo, kind), np.random.default_rng(7)
    outcomes = set()
    for _ in range(60):
        data = bytearray(whole)
        for position in generator.integers(0, len(data), 6):
            data[position] = generator.integers(256)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                picture = read(bytes(data))
            assert picture.rgb.ndim == 3
            outcomes.add("picture")
        except InputError:
            outcomes.add("error")
    assert outcomes


def test_exact_limits() -> None:
    assert read(save(Image.new("RGB", (64, 64)))).width == 64
    assert read(save(Image.new("L", (1000, 1000)))).width == 1000
    with pytest.raises(ImageTooLarge):
        read(save(Image.new("L", (1000, 1001))))


def test_limit_size(photo: Image.Image) -> None:
    picture = Picture(np.asarray(photo))
    assert limit_size(picture, HEIGHT) is picture
    small = limit_size(picture, 48)
    assert (small.width, small.height) == (40, 48)
    means = np.asarray(photo).reshape(48, 2, 40, 2, 3).mean(axis=(1, 3))
    assert np.abs(small.rgb - means).max() <= 1


@pytest.mark.parametrize("kind", ["JPEG", "MPO", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_decoding_to_a_side(photo: Image.Image, kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    large = photo.resize((WIDTH * 10, HEIGHT * 10), Image.Resampling.BICUBIC)
    picture = read(save(large, kind, exif=exif), max_side=HEIGHT)
    upright = photo if orientation == 1 else photo.transpose(Image.Transpose.ROTATE_270)
    assert_close(picture, upright, 2)
    assert_close(read(save(photo, kind), max_side=HEIGHT), photo, 5)


def test_limit_size_keeps_white_out_of_the_edge() -> None:
    rgb, alpha = np.full((100, 100, 3), 255, np.uint8), np.zeros((100, 100), np.uint8)
    rgb[:, 49:], alpha[:, 49:] = (10, 20, 30), 255
    small = limit_size(Picture(rgb, alpha), 50)
    assert small.alpha is not None
    assert sorted(set(small.alpha.ravel().tolist())) == [0, 128, 255]
    assert (small.rgb[small.alpha > 0] == (10, 20, 30)).all()
    assert (small.rgb[small.alpha == 0] == 255).all()


def test_png_is_lossless(photo: Image.Image) -> None:
    rgb = np.asarray(photo)
    data = encode_png(rgb)
    assert np.array_equal(np.asarray(Image.open(BytesIO(data))), rgb)
    assert np.array_equal(read(data).rgb, rgb)


def test_jpeg_is_close(photo: Image.Image) -> None:
    data = encode_jpeg(np.asarray(photo), 92)
    assert Image.open(BytesIO(data)).format == "JPEG"
    assert_close(read(data), photo, 2)
    assert len(encode_jpeg(np.asarray(photo), 30)) < len(data)


def test_threads_get_the_same_pictures(photo: Image.Image) -> None:
    data = save(photo, "JPEG", icc_profile=_wide_profile())
    first = read(data).rgb
    with ThreadPoolExecutor(8) as threads:
        assert all(np.array_equal(picture.rgb, first) for picture in threads.map(read, [data] * 64))


def test_picture_of_opencv_is_read(photo: Image.Image) -> None:
    bgra = cv2.cvtColor(np.asarray(photo), cv2.COLOR_RGB2BGRA)
    bgra[:, :, 3] = 77
    picture = read(cv2.imencode(".png", bgra)[1].tobytes())
    assert picture.alpha is not None
    assert (picture.alpha == 77).all()
    assert np.array_equal(picture.rgb, np.asarray(photo))
