"""``tongguan regions`` over a home."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.test_cli import answer, tongguan
from tongguan.app.cli import DONE, WRONG_USE

FILE = """code,parent,zh,en
P,,云岭省,Yunling
P-01,P,云泽市,Yunze
P-01-02,P-01,云泽城东区,Yunze East
P-02,P,青榆市,Qingyu
"""


def test_the_command_line(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "regions.csv"
    file.write_text(FILE, encoding="utf-8")
    shown = tongguan(home, "regions", "import", str(file), "--dry-run")
    assert shown.exit_code == DONE, shown.output
    assert "Dry run: nothing was changed. 4 regions: 4 added, 0 changed, 0 removed, 0 unchanged." in shown.stdout
    assert answer(home, "regions", "list") == []
    assert answer(home, "regions", "import", str(file))["added"] == 4
    assert answer(home, "regions", "import", str(file))["unchanged"] == 4
    file.write_text(FILE.replace("P-02,P,青榆市,Qingyu\n", "").replace("Yunze East", "East Yunze"), encoding="utf-8")
    assert "3 regions: 0 added, 1 changed, 1 removed, 2 unchanged." in tongguan(home, "regions", "import", str(file)).stdout
    assert [region["en"] for region in answer(home, "regions", "list")] == ["Yunling", "Yunze", "East Yunze"]
    assert "云泽城东区" in tongguan(home, "regions", "list").stdout
    file.write_text(FILE.replace("P-01,P,", "P-01,Q,"), encoding="utf-8")
    refused = tongguan(home, "regions", "import", str(file), "--json")
    assert refused.exit_code == WRONG_USE and "line 3: parent 'Q' of 'P-01'" in " ".join(refused.stderr.split())
    assert tongguan(home, "regions", "import", str(tmp_path / "none.csv")).exit_code == WRONG_USE
    assert json.dumps(answer(home, "regions", "list"), ensure_ascii=False).count("云泽") == 2
