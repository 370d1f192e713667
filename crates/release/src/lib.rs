//! Decides and performs install, upgrade, rollback, uninstall; keeps history that Helm can read.
