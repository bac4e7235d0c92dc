"""What every page needs: ports, access, languages, formats, components, tables, exports."""
