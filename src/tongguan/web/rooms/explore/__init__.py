"""Explore 自助分析: any indicators by any dimensions, as a chart and as a table."""
