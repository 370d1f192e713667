//! A client of the real server.

use std::path::Path;

use kube::config::{KubeConfigOptions, Kubeconfig};

pub(crate) async fn connect(kubeconfig: &Path) -> kube::Client {
    let file = Kubeconfig::read_from(kubeconfig).unwrap();
    let config =
        kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap();
    kube::Client::try_from(config).unwrap()
}
