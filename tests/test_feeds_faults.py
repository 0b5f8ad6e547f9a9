"""Bad lines are counted, quoted and exported; bad files are refused with what they look like; nothing is fatal."""

from __future__ import annotations

import bz2
import gzip
import io
import os
import random
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from feeds import kit
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.feeds import archives
from analysis.feeds.archives import Limits
from analysis.feeds.faults import FaultLog, FeedError
from analysis.feeds.feed import feeds, named
from analysis.feeds.reading import read
from analysis.feeds.rows import Plan, Summary, rows_of
from analysis.feeds.scans import scan
from analysis.feeds.synthetic import write_zip

PAIR = ("BLR", "RUS")
# Executions of the reader by the byte fuzzer in an ordinary run; more with the variable.
EXECUTIONS = int(os.environ.get("FEED_FUZZ", "3000"))


def faults(tmp_path: Path, data: bytes, name: str = "20200304.export.CSV", **options) -> tuple[list, list, object]:
    """Scan one file of bytes: what was found wrong, the numbers of the rows taken, the report."""
    import pyarrow.parquet as pq

    path = tmp_path / name
    path.write_bytes(data)
    report = scan(path, PAIR, tmp_path / "out", **options)
    (part,) = report.scan.parts
    found = [(fault.line, fault.kind, fault.action) for fault in part.faults]
    return found, pq.read_table(part.file)["feed_line"].to_pylist(), report


LINES = kit.gdelt2(*({"number": number} for number in range(1, 6))).encode().splitlines(keepends=True)


@pytest.mark.parametrize(
    ("damage", "kind", "action"),
    [
        (lambda line: line.replace(b"\t", b"", 1), "width", "set aside"),
        (lambda line: line[:-1] + b"\textra\n", "width", "set aside"),
        (lambda line: b"\n", "width", "set aside"),
        (lambda line: line[:40] + b"\n", "width", "set aside"),
        (lambda line: line.replace(b"NAME RUS", b"NA\0ME"), "nul", "set aside"),
        (lambda line: line.replace(b"NAME RUS", b"N\xc4ME\xff"), "encoding", "mended"),
        (lambda line: line.replace(b"NAME RUS", b"NA\rME"), "control", "mended"),
        (lambda line: line.replace(b"NAME RUS", b"x" * 3_000_000), "long", "set aside"),
    ],
)
def test_a_bad_line_among_good_ones_is_found_by_number(tmp_path, damage, kind, action):
    data = b"".join([*LINES[:2], damage(LINES[2]), *LINES[3:]])
    found, rows, _ = faults(tmp_path, data)
    assert found == [(3, kind, action)]
    assert rows == ([1, 2, 3, 4, 5] if action == "mended" else [1, 2, 4, 5])


def test_a_quotation_mark_is_no_quoting_in_a_tabbed_feed(tmp_path):
    data = b"".join([LINES[0].replace(b"NAME RUS", b'NAME "RUS'), *LINES[1:]])
    assert faults(tmp_path, data)[:2] == ([], [1, 2, 3, 4, 5])


def test_bad_lines_of_other_dyads_are_counted_too(tmp_path):
    other = kit.gdelt2({"source": "USA", "target": "FRA"}).encode()
    found, rows, report = faults(
        tmp_path, LINES[0] + other.replace(b"\t", b"", 1) + other.replace(b"FRA", b"F\0A") + LINES[1]
    )
    assert found == [(2, "width", "set aside"), (3, "nul", "set aside")]
    assert rows == [1, 4]
    assert (report.lines, report.files[0].set_aside) == (4, 2)


def test_a_fault_is_quoted_with_control_signs_written_out_and_cut(tmp_path):
    _, _, report = faults(tmp_path, LINES[0] + b"\x1b[31mred\0" + b"y" * 500 + b"\n" + LINES[1])
    (fault,) = report.first
    assert fault.text.startswith("\\x1b[31mred\\x00yyy")
    assert len(fault.text) < 230
    assert "line 2" in str(report)


def test_only_the_first_20_are_quoted_and_all_are_exported(tmp_path):
    found, rows, report = faults(tmp_path, many(60) + b"bad\tline\n" * 500)
    assert (len(report.first), len(found), len(rows)) == (20, 500, 60)
    assert "500 lines set aside" in str(report)


def test_values_that_cannot_be_used_are_faults_with_their_place(tmp_path):
    bad = [
        LINES[0].replace(b"\t20200304\t", b"\t20200230\t", 1),
        LINES[1].replace(b"\t1.0\t", b"\t11.0\t", 1),
        LINES[2].replace(b"\t1.0\t", b"\t\t", 1),
        LINES[3].replace(b"\t040\t040\t04\t", b"\t---\t\t\t", 1),
        LINES[4],
    ]
    path = tmp_path / "20200304.export.CSV"
    path.write_bytes(b"".join(bad))
    reading = read(path, PAIR)
    assert reading.faults[["line", "kind"]].to_numpy().tolist() == [
        [1, "date"],
        [2, "score"],
        [3, "score"],
        [4, "code"],
    ]
    assert (len(reading.rows), len(reading.events)) == (5, 1)
    assert reading.funnel["set aside: unreadable"] == 4


@pytest.mark.parametrize(
    ("data", "looks"),
    [
        (b"<!DOCTYPE html><html><body>404</body></html>", "HTML"),
        (b'{"data": []}', "JSON"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PAR1" + bytes(40), "Parquet"),
        ("a\tb\n".encode("utf-16"), "UTF-16"),
        (bytes(range(256)) * 20, "binary"),
        (b"a\tb\tc\n" * 30, "3 tab-separated columns"),
        (("\t" * 15 + "\n").encode() * 30, "mentions"),
        (b"name,value\n1,2\n", "tab-separated columns"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_it_looks_like(tmp_path, data, looks):
    path = tmp_path / "20200304.export.CSV"
    path.write_bytes(data)
    with pytest.raises(FeedError) as caught:
        scan(path, PAIR, tmp_path / "out")
    assert looks in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_another_feed_than_the_one_named_is_refused(tmp_path):
    with pytest.raises(FeedError) as caught:
        scan(kit.write(tmp_path, "gdelt1"), PAIR, tmp_path / "out", feed="gdelt2")
    assert "gdelt1" in str(caught.value)


def test_a_wrong_file_among_good_ones_is_a_fault_and_the_rest_is_read(tmp_path):
    (tmp_path / "in").mkdir()
    write_zip(tmp_path / "in" / "20200304.export.CSV.zip", b"".join(LINES))
    write_zip(tmp_path / "in" / "20200305.export.CSV.zip", b"<html>503</html>")
    report = scan(tmp_path / "in", PAIR, tmp_path / "out")
    assert [one.state for one in report.files] == ["read", "refused"]
    assert report.rows == 5
    assert [fault.kind for fault in report.first] == ["kind"]


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("Target Country", "Land", "target_country"),
        ("Intensity", "", "intensity"),
        ("Event Date", "Evented", "event_date"),
    ],
)
def test_a_header_without_a_needed_column_is_refused_by_its_name(tmp_path, old, new, missing):
    path = tmp_path / "events.tab"
    path.write_text(kit.icews().replace(old, new, 1))
    with pytest.raises(FeedError) as caught:
        scan(path, PAIR, tmp_path / "out")
    assert f"`{missing}`" in str(caught.value)


def test_a_header_in_another_order_or_spelling_is_understood(tmp_path):
    text = kit.icews()
    turned = "\n".join("\t".join(reversed(line.split("\t"))) for line in text.splitlines()) + "\n"
    path = tmp_path / "events.tab"
    path.write_text(turned.replace("Source Country", "source_country", 1).replace("Event ID", "EventID", 1))
    straight = tmp_path / "straight"
    straight.mkdir()
    expected = read(kit.write(straight, "icews"), PAIR).rows
    pd.testing.assert_frame_equal(read(path, PAIR).rows.drop(columns="feed_file"), expected.drop(columns="feed_file"))


def test_a_file_without_lines_is_neither_zero_nor_refused(tmp_path):
    (tmp_path / "in").mkdir()
    write_zip(tmp_path / "in" / "20200304.export.CSV.zip", b"".join(LINES))
    write_zip(tmp_path / "in" / "20200305.export.CSV.zip", b"")
    reading = read(tmp_path / "in", PAIR)
    assert reading.coverage["state"].tolist() == ["covered", "no rows"]
    assert "no lines" in reading.coverage["reason"].tolist()[1]


def packed(form: str, data: bytes) -> bytes:
    if form == "gz":
        return gzip.compress(data)
    if form == "bz2":
        return bz2.compress(data)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("20200304.export.CSV", data)
    return buffer.getvalue()


def many(count: int, seed: int = 0) -> bytes:
    draw = random.Random(seed)
    return kit.gdelt2(
        *({"number": number, "url": f"https://example.org/{draw.getrandbits(200):x}"} for number in range(1, count + 1))
    ).encode()


@pytest.mark.parametrize("form", ["zip", "gz", "bz2"])
def test_an_archive_that_is_cut_off_is_read_up_to_the_cut(tmp_path, form):
    data = packed(form, many(20_000))
    found, rows, report = faults(tmp_path, data[: len(data) * 2 // 3], f"20200304.export.CSV.{form}")
    assert report.files[0].state == "damaged"
    assert rows == list(range(1, len(rows) + 1))
    assert 8_000 < len(rows) < 20_000
    assert (0, "archive", "set aside") in found
    assert "cut off" in str(report)


@pytest.mark.parametrize("form", ["zip", "gz", "bz2"])
def test_a_damaged_byte_inside_is_told(tmp_path, form):
    data = bytearray(packed(form, many(20_000)))
    place = len(data) // 2
    data[place : place + 8] = b"\xff\x00\xff\x00\xff\x00\xff\x00"
    _, _, report = faults(tmp_path, bytes(data), f"20200304.export.CSV.{form}")
    assert report.files[0].state == "damaged"


def test_a_wrong_checksum_is_told_though_every_line_is_good(tmp_path):
    data = bytearray(packed("zip", b"".join(LINES)))
    place = data.index(b"PK\x01\x02") + 16
    data[place] ^= 255
    _, rows, report = faults(tmp_path, bytes(data), "20200304.export.CSV.zip")
    assert (rows, report.files[0].state) == ([1, 2, 3, 4, 5], "damaged")
    assert "checksum" in report.files[0].reason


@pytest.mark.parametrize("form", ["zip", "gz", "bz2"])
def test_a_bomb_is_stopped_by_ratio(tmp_path, form):
    data = packed(form, LINES[0] + (LINES[0] * 1000) * 100)
    with_limit = Limits(ratio=50)
    _, rows, report = faults(tmp_path, data, f"20200304.export.CSV.{form}", limits=with_limit)
    assert report.files[0].state == "damaged"
    assert "50 times its size" in report.files[0].reason
    assert len(rows) < 100_000


def test_a_bomb_is_stopped_by_size(tmp_path):
    _, rows, report = faults(
        tmp_path, packed("zip", many(30_000)), "20200304.export.CSV.zip", limits=Limits(unpacked=3_000_000)
    )
    assert "3,000,000 bytes" in report.files[0].reason
    assert len(rows) < 15_000


def test_the_default_ratio_stops_a_deflate_bomb_of_zeros(tmp_path):
    _, rows, report = faults(tmp_path, packed("zip", many(300) + bytes(40_000_000)), "20200304.export.CSV.zip")
    assert report.files[0].state == "damaged"
    assert rows == list(range(1, 301))


def test_paths_in_an_archive_lead_nowhere(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../escaped.CSV", b"".join(LINES))
    (tmp_path / "a" / "b").mkdir(parents=True)
    before = set(tmp_path.rglob("*"))
    found, rows, _ = faults(tmp_path / "a" / "b", buffer.getvalue(), "20200304.export.CSV.zip")
    assert rows == [1, 2, 3, 4, 5]
    assert found == [(0, "archive", "mended")]
    new = {path.relative_to(tmp_path / "a" / "b").parts[0] for path in set(tmp_path.rglob("*")) - before}
    assert new == {"20200304.export.CSV.zip", "out"}


def test_an_archive_with_a_password_is_told(tmp_path):
    data = bytearray(packed("zip", b"".join(LINES)))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "good.CSV").write_bytes(LINES[0])
    (tmp_path / "locked.zip").write_bytes(bytes(data))
    report = scan([tmp_path / "good.CSV", tmp_path / "locked.zip"], PAIR, tmp_path / "out")
    assert "password" in report.files[1].reason


def test_an_archive_in_an_archive_is_refused_and_its_neighbours_are_read(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("inner.zip", packed("zip", b"".join(LINES)))
        archive.writestr("readme.pdf", b"%PDF-1.4 ...")
        archive.writestr("20200304.export.CSV", b"".join(LINES))
    found, rows, report = faults(tmp_path, buffer.getvalue(), "all.zip", feed="gdelt2")
    assert rows == [1, 2, 3, 4, 5]
    assert [kind for _, kind, _ in found] == ["kind", "kind"]
    assert report.files[0].state == "read"


def test_a_quote_that_is_never_closed_costs_one_record_and_not_the_rest(tmp_path):
    text = kit.acled().splitlines(keepends=True)
    broken = text[0] + 'BLR0,2021-01-01,"never closed\n' + "".join(text[1:])
    path = tmp_path / "acled.csv"
    path.write_text(broken, newline="")
    reading = read(path, PAIR)
    assert reading.faults[["line", "kind"]].to_numpy().tolist() == [[2, "quote"]]
    assert len(reading.events) == 1


@settings(max_examples=300)
@given(data=st.binary(max_size=3000), feed=st.sampled_from(list(feeds())))
def test_any_bytes_at_all_are_read_without_an_error(data, feed):
    run_reader(data, feed)


@settings(max_examples=300)
@given(cells=st.lists(st.text(max_size=12), min_size=61, max_size=61), feed=st.sampled_from(["gdelt2"]))
def test_any_text_in_any_cell_is_read_without_an_error(cells, feed):
    good = LINES[0].decode().rstrip("\n").split("\t")
    cells = [cell if cell and index % 3 else one for index, (cell, one) in enumerate(zip(cells, good, strict=True))]
    run_reader(b"".join(LINES) + "\t".join(cells).encode("utf-8", "surrogatepass") + b"\n", feed)


def run_reader(data: bytes, feed: str, suffix: str = "") -> None:
    """Read bytes as a feed, all rows and one dyad's; lines read and lines accounted for must agree."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        path.write_bytes(data)
        for dyad in (None, PAIR):
            plan = Plan(named(feed), named(feed).columns, dyad, limits=Limits(line=20_000))
            summary, log = Summary("x"), FaultLog()
            try:
                pieces = list(rows_of(path, plan, log, summary))
            except FeedError:
                # A file whose days, countries or codes cannot be read.
                continue
            assert sum(len(piece) for piece in pieces) == summary.rows
            if dyad is None and named(feed).delimiter == "\t" and summary.state == "read":
                whole = [fault for fault in log.kept if fault.kind in ("width", "nul")]
                aside = [fault for fault in whole if fault.action == "set aside"]
                if log.counts.total() == len(log.kept) == len(whole):
                    assert summary.rows + len(aside) == summary.lines


def test_damaged_files_of_every_feed_and_packing_never_raise():
    """The byte fuzzer: mutations of small real-shaped files, packed in every way. FEED_FUZZ sets the executions."""
    draw = random.Random(20)
    whole = {feed: make().encode() for feed, make in kit.FILES.items()}
    names = list(whole)
    for index in range(EXECUTIONS):
        feed = names[index % len(names)]
        form = ("", ".zip", ".gz", ".bz2")[index // len(names) % 4]
        data = bytearray(whole[feed])
        late = form and draw.random() < 0.5
        if form and late:
            data = bytearray(packed(form[1:], bytes(data)))
        for _ in range(draw.randint(1, 6)):
            place = draw.randrange(len(data) + 1)
            what = draw.randrange(5)
            if what == 0 and place < len(data):
                data[place] = draw.randrange(256)
            elif what == 1:
                data[place:place] = draw.choice((b"\t", b"\n", b'"', b"\0", b"\r", b",", b"\xff\xfe", b"\xe2\x80\xa8"))
            elif what == 2:
                del data[place : place + draw.randint(1, 40)]
            elif what == 3:
                data[place:place] = data[: draw.randint(0, 80)]
            else:
                del data[place:]
            if not data:
                data = bytearray(b"\n")
        if form and not late:
            data = bytearray(packed(form[1:], bytes(data)))
        run_reader(bytes(data), feed, form)


def test_the_pieces_of_an_archive_are_bounded(tmp_path):
    path = tmp_path / "big.zip"
    path.write_bytes(packed("zip", many(10_000)))
    found = archives.members(path, Limits())
    assert max(map(len, next(found).chunks)) <= archives.CHUNK
