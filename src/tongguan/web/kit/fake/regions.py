"""A small book of regions for the operation in memory."""

from __future__ import annotations

from typing import Final

from tongguan.model.regions import Region, RegionTree

REGIONS: Final = RegionTree(
    Region(code, code.rpartition("-")[0], zh, en)
    for code, zh, en in (
        ("GX", "广西", "Guangxi"),
        ("GX-NN", "南宁", "Nanning"),
        ("GX-NN-01", "南宁城中区", "Nanning Centre"),
        ("GX-NN-02", "南宁城东区", "Nanning East"),
        ("GX-LZ", "柳州", "Liuzhou"),
        ("GX-LZ-01", "柳州城中区", "Liuzhou Centre"),
        ("GX-LZ-02", "柳州高新区", "Liuzhou High-Tech"),
        ("GX-GL", "桂林", "Guilin"),
        ("GX-BH", "北海", "Beihai"),
    )
)
