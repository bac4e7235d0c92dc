"""Tests, a folder per room of the package; ``house`` holds the gates that every change passes."""
