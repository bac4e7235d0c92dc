"""The figures of the real Olist sample come out of ``tongguan metric``, from files to numbers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.app.test_cli import answer, tongguan
from tests.tools import ROOT, require_data
from tongguan.app.cli import DONE

EXAMPLE = ROOT / "examples" / "olist"
PERIOD = ("--from", "2016-01-01", "--to", "2018-12-31")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = require_data("olist_sample")
    folder = tmp_path_factory.mktemp("olist") / "home"
    (folder / "indicators").mkdir(parents=True)
    (folder / "settings.yaml").write_text("zone: America/Sao_Paulo\n", encoding="utf-8")
    shutil.copy(EXAMPLE / "indicators.yaml", folder / "indicators" / "olist.yaml")
    done = tongguan(folder, "import", str(data), "--mapping", str(EXAMPLE / "mapping.yaml"))
    assert done.exit_code == DONE, done.output
    return folder


def test_the_figures_of_the_sample(home: Path) -> None:
    names = ["orders", "olist_sold", "olist_paid", "olist_delivered", "olist_on_time", "olist_on_time_by_day"]
    amounts = answer(home, "metric", *names, *PERIOD)["rows"][0]["amounts"]
    counted = {name: amounts[name]["value"] for name in names[:4]}
    assert counted == {"orders": 8908, "olist_sold": 144_820_437, "olist_paid": 144_834_822, "olist_delivered": 8908}
    assert (amounts["olist_on_time"]["part"], amounts["olist_on_time"]["whole"]) == (8212, 8908)
    assert (amounts["olist_on_time_by_day"]["part"], amounts["olist_on_time_by_day"]["whole"]) == (8315, 8908)


def test_months_sum_up_to_the_whole(home: Path) -> None:
    found = answer(home, "metric", "orders", "olist_paid", *PERIOD, "--grain", "month")
    assert sum(row["amounts"]["orders"]["value"] for row in found["rows"]) == 8908
    assert sum(row["amounts"]["olist_paid"]["value"] for row in found["rows"]) == 144_834_822
