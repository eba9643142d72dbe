"""Trousers that were photographed on somebody, on other legs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from drawn_person import drawn_body, drawn_photo

from vesture.engines.warp.body.figure import SIDES, Body
from vesture.engines.warp.cloth.mesh import build_mesh
from vesture.engines.warp.fit.fitting import fit_garment
from vesture.engines.warp.worn.garment import worn_garment
from vesture.vision.garment.types import Part
from vesture.vision.parsing.parse import Label

LEG_PART = {"left": Part.LEFT_LEG, "right": Part.RIGHT_LEG}


def in_tight_capris() -> Body:
    """Somebody whose legs are slim and bare from above the calves on."""
    body = drawn_body()
    labels = body.labels.copy()
    labels[246:] = Label.BACKGROUND
    for leg in body.legs.values():
        column = round(float(leg.axis[0, 0]))
        labels[246:345, column - 6 : column + 7] = Label.BOTTOM
        labels[345:400, column - 5 : column + 6] = Label.SKIN
    labels[246:262, 118:182] = Label.BOTTOM
    return replace(body, labels=labels, top_hem=1.0)


def hem_width(person: Body, side: str) -> float:
    wearer = in_tight_capris()
    fit = fit_garment(person, worn_garment(drawn_photo(wearer), wearer, "bottoms"))
    places = fit.handles[int(LEG_PART[side])].target
    low = places[:, 1] > np.sort(places[:, 1])[-12]
    return float(np.ptp(places[low, 0]))


def test_a_hem_is_no_narrower_than_the_covered_leg_that_comes_out_of_it() -> None:
    trousered = drawn_body()
    for side in SIDES:
        assert hem_width(trousered, side) > 1.1 * hem_width(in_tight_capris(), side)


def knee_width(half: int) -> float:
    """How wide a leg of the capris is below the knee on somebody in hot pants, whose legs are `half` pixels thick."""
    person = in_tight_capris()
    labels = person.labels.copy()
    for leg in person.legs.values():
        column = round(float(leg.axis[0, 0]))
        labels[270:400, column - 12 : column + 13] = Label.BACKGROUND
        labels[270:400, column - half : column + half + 1] = Label.SKIN
    wearer = in_tight_capris()
    fit = fit_garment(replace(person, labels=labels), worn_garment(drawn_photo(wearer), wearer, "bottoms"))
    places = fit.handles[int(LEG_PART["left"])].target
    return float(np.ptp(places[(places[:, 1] > 300) & (places[:, 1] < 330), 0]))


def test_cloth_covers_bare_legs_that_are_stouter_than_its_wearers() -> None:
    assert knee_width(9) > 1.25 * knee_width(5)
    assert knee_width(4) == knee_width(5)


def in_wide_shorts() -> Body:
    body = drawn_body()
    labels = body.labels.copy()
    labels[246:] = Label.BACKGROUND
    for leg in body.legs.values():
        column = round(float(leg.axis[0, 0]))
        labels[320:400, column - 8 : column + 9] = Label.SKIN
    labels[240:330, 102:198] = Label.BOTTOM
    labels[285:330, 146:155] = Label.BACKGROUND
    return replace(body, labels=labels, top_hem=1.0)


def test_wide_shorts_are_wide_all_the_way_down_on_both_sides_of_a_leg() -> None:
    wearer = in_wide_shorts()
    garment = worn_garment(drawn_photo(wearer), wearer, "bottoms")
    row = round(float(305 - (wearer.neck - garment.wearer.neck)[1]))
    columns = np.flatnonzero(garment.alpha[row] > 0.5) + (wearer.neck - garment.wearer.neck)[0]
    inside = (columns > 104) & (columns < 144)
    assert inside.sum() >= 37


def test_legs_are_sewn_to_the_hips_out_to_the_edge_of_wide_cloth() -> None:
    wearer = in_wide_shorts()
    garment = worn_garment(drawn_photo(wearer), wearer, "bottoms")
    mesh = build_mesh(garment.parts, fit_garment(drawn_body(), garment).joints)
    hips = np.unique(mesh.triangles[mesh.part == Part.TORSO])
    for side in SIDES:
        leg = np.unique(mesh.triangles[mesh.part == LEG_PART[side]])
        shared, away = mesh.vertices[np.intersect1d(hips, leg)], mesh.vertices[leg]
        assert np.abs(shared - garment.points["crotch"])[:, 0].max() > (
            np.abs(away - garment.points["crotch"])[:, 0].max() - 3 * mesh.cell
        )


def test_the_sides_of_the_hips_bend_with_the_legs() -> None:
    wearer = in_wide_shorts()
    garment = worn_garment(drawn_photo(wearer), wearer, "bottoms")

    def lowest_left(lean: float) -> float:
        body, legs = drawn_body(), {}
        for side in SIDES:
            leg = body.legs[side]
            legs[side] = replace(leg, axis=leg.axis + np.outer(lean * leg.along / leg.length, [1.0, 0.0]))
        places = fit_garment(replace(body, legs=legs), garment).handles[int(Part.TORSO)].target
        low = places[:, 1] > places[:, 1].max() - 6
        return float(places[low, 0].min())

    assert lowest_left(60) > lowest_left(0) + 3


def test_nothing_hangs_below_the_hem_of_hot_pants() -> None:
    body = drawn_body()
    labels = body.labels.copy()
    labels[246:] = Label.BACKGROUND
    for leg in body.legs.values():
        column = round(float(leg.axis[0, 0]))
        labels[246:400, column - 15 : column + 16] = Label.SKIN
    hem = 254
    labels[225:hem, 108:192] = Label.BOTTOM
    wearer = replace(body, labels=labels, top_hem=None)
    garment = worn_garment(drawn_photo(wearer), wearer, "bottoms")
    rows = np.flatnonzero((garment.alpha > 0.5).any(1)) + (wearer.neck - garment.wearer.neck)[1]
    assert rows.max() <= hem + 1


def test_a_waistband_read_far_too_high_goes_where_the_present_one_is() -> None:
    wearer = in_tight_capris()
    labels = wearer.labels.copy()
    high = round(float(wearer.point(0.0, 0.5)[0, 1]))
    labels[high:262, 118:182] = Label.BOTTOM
    wearer = replace(wearer, labels=labels, top_hem=None)
    person = replace(drawn_body(), waist=0.95, top_hem=None)
    fit = fit_garment(person, worn_garment(drawn_photo(wearer), wearer, "bottoms"))
    level = person.coordinates(fit.handles[int(Part.TORSO)].target)[:, 1]
    assert abs(level.min() - person.waist) < 0.06
