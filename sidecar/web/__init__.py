"""HTTP: the signed API for the plugin, the approval page, media links, health. Decides nothing itself."""
