"""``python -m tongguan``."""

from tongguan.app.cli import main

if __name__ == "__main__":
    main()
