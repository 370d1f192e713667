//! The charts of a stack: each read and loaded once, shared by the releases that use it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chart::Chart;

use super::Session;

/// Loaded charts by path, or why they could not be loaded.
pub(super) type Charts = Arc<BTreeMap<PathBuf, Result<Arc<Chart>, String>>>;

/// Loads all charts in parallel, off the reactor.
pub(super) async fn load(session: &Session) -> Charts {
    let mut loads = BTreeMap::new();
    for release in session.stack.releases.values() {
        let path = release.chart.value.clone();
        loads.entry(path.clone()).or_insert_with(|| {
            let files = Arc::clone(&session.files);
            tokio::task::spawn_blocking(move || {
                let files = files.chart(&path)?;
                let chart = chart::load(files).map_err(|e| e.to_string())?;
                chart.installable().map_err(|e| e.to_string())?;
                Ok(Arc::new(chart))
            })
        });
    }
    let mut charts = BTreeMap::new();
    for (path, load) in loads {
        let chart =
            load.await.unwrap_or_else(|e| Err(format!("loading stopped unexpectedly: {e}")));
        charts.insert(path, chart);
    }
    Arc::new(charts)
}
