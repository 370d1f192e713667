//! The five servers: their files, their command lines, and when each counts as started.
//!
//! **Invariant**: everything listens on 127.0.0.1 only, and every file is in the supervisor's
//! directory. Ports are free when they are picked; a server that lost its port to somebody else
//! ends, which [`start`] answers by starting over.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::kubeconfig;
use crate::{Error, Tools, supervisor::Supervisor};

/// How long everything together may take; a loaded two-core machine needs a tenth of it.
const DEADLINE: Duration = Duration::from_mins(2);
const ATTEMPTS: usize = 3;

/// A started control plane: its servers, and where the API is.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) supervisor: Supervisor,
    pub(super) url: String,
}

/// The ports of one attempt.
#[derive(Debug)]
struct Ports {
    etcd: u16,
    peer: u16,
    api: u16,
    kwok: u16,
}

/// Starts all servers and waits until nodes are Ready.
pub(super) fn start(tools: &Tools) -> Result<Running, Error> {
    let mut last = attempt(tools);
    for _ in 1..ATTEMPTS {
        match last {
            Err(Error::NotReady { .. }) => last = attempt(tools),
            done => return done,
        }
    }
    last
}

fn attempt(tools: &Tools) -> Result<Running, Error> {
    let deadline = Instant::now() + DEADLINE;
    let ports = Ports::pick().map_err(Error::run("a free port"))?;
    let mut supervisor = Supervisor::start()?;
    let url = format!("https://127.0.0.1:{}", ports.api);
    write_files(tools, supervisor.dir(), &url)?;

    supervisor.spawn("etcd", &mut etcd(tools, &ports))?;
    supervisor.spawn("kube-apiserver", &mut apiserver(tools, &ports))?;
    wait_for(&mut supervisor, "kube-apiserver", deadline, |dir| {
        TcpStream::connect((Ipv4Addr::LOCALHOST, ports.api)).is_ok()
            && kubectl(tools, dir, &["get", "--raw", "/readyz"])
    })?;
    supervisor.spawn("kube-controller-manager", &mut controller_manager(tools))?;
    supervisor.spawn("kube-scheduler", &mut scheduler(tools))?;
    wait_for(&mut supervisor, "kube-apiserver", deadline, |dir| {
        kubectl(tools, dir, &["apply", "--server-side", "-f", "cluster.yaml"])
    })?;
    supervisor.spawn("kwok", &mut kwok(tools, &ports))?;
    wait_for(&mut supervisor, "kwok", deadline, |dir| {
        let ready = ["wait", "--for=condition=Ready", "node", "--all", "--timeout=5s"];
        kubectl(tools, dir, &ready)
    })?;
    wait_for(&mut supervisor, "kube-controller-manager", deadline, |dir| {
        kubectl(tools, dir, &["wait", "--for=create", "serviceaccount/default", "--timeout=5s"])
    })?;
    Ok(Running { supervisor, url })
}

/// Polls a condition until it holds, a server ends or the deadline passes.
fn wait_for(
    supervisor: &mut Supervisor,
    server: &str,
    deadline: Instant,
    holds: impl Fn(&Path) -> bool,
) -> Result<(), Error> {
    while !holds(supervisor.dir()) {
        supervisor.check()?;
        if Instant::now() > deadline {
            return Err(supervisor.not_ready(server, "was not ready in time"));
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn kubectl(tools: &Tools, dir: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new(tools.kubectl());
    command.current_dir(dir).args(["--kubeconfig", "admin.kubeconfig"]).args(arguments);
    command.output().is_ok_and(|out| out.status.success())
}

fn write_files(tools: &Tools, dir: &Path, url: &str) -> Result<(), Error> {
    let output = Command::new(tools.path("certificates"))
        .arg(dir)
        .output()
        .map_err(Error::run("certificates"))?;
    if !output.status.success() {
        return Err(Error::Failed {
            command: "certificates".to_owned(),
            output: String::from_utf8_lossy(&output.stderr).into_owned(),
        });
    }
    let log = dir.join("pod.log");
    let kwok = include_str!("kwok.yaml").replace("POD_LOG", &log.to_string_lossy());
    for (name, text) in [
        ("pod.log", include_str!("pod.log")),
        ("kwok.yaml", kwok.as_str()),
        ("cluster.yaml", include_str!("cluster.yaml")),
        ("admin.kubeconfig", kubeconfig::admin(dir, url)?.as_str()),
    ] {
        fs::write(dir.join(name), text).map_err(Error::access(dir.join(name)))?;
    }
    Ok(())
}

fn etcd(tools: &Tools, ports: &Ports) -> Command {
    let client = format!("http://127.0.0.1:{}", ports.etcd);
    let peer = format!("http://127.0.0.1:{}", ports.peer);
    let mut command = Command::new(tools.path("etcd"));
    command.args(["--name=test", "--data-dir=etcd", "--log-level=error", "--unsafe-no-fsync"]);
    command.arg(format!("--listen-client-urls={client}"));
    command.arg(format!("--advertise-client-urls={client}"));
    command.arg(format!("--listen-peer-urls={peer}"));
    command.arg(format!("--initial-advertise-peer-urls={peer}"));
    command.arg(format!("--initial-cluster=test={peer}"));
    command
}

fn apiserver(tools: &Tools, ports: &Ports) -> Command {
    let mut command = Command::new(tools.path("kube-apiserver"));
    command.arg(format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd));
    command.arg(format!("--secure-port={}", ports.api));
    command.args([
        "--bind-address=127.0.0.1",
        "--cert-dir=certs",
        "--tls-cert-file=server.crt",
        "--tls-private-key-file=server.key",
        "--client-ca-file=ca.crt",
        "--service-account-issuer=https://kubernetes.default.svc",
        "--service-account-key-file=tokens.pub",
        "--service-account-signing-key-file=tokens.key",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=RBAC",
        "--allow-privileged=true",
        // A pod created right after its namespace would be refused until its account exists.
        "--disable-admission-plugins=ServiceAccount",
        "--kubelet-preferred-address-types=InternalIP",
        "--enable-priority-and-fairness=false",
        "--profiling=false",
    ]);
    command
}

/// Flags that the controller manager and the scheduler share: one instance, no port, no throttle.
fn controller(tools: &Tools, name: &str) -> Command {
    let mut command = Command::new(tools.path(name));
    command.args([
        "--kubeconfig=admin.kubeconfig",
        "--leader-elect=false",
        "--secure-port=0",
        "--kube-api-qps=1000",
        "--kube-api-burst=2000",
    ]);
    command
}

fn controller_manager(tools: &Tools) -> Command {
    let mut command = controller(tools, "kube-controller-manager");
    command.args(["--root-ca-file=ca.crt", "--service-account-private-key-file=tokens.key"]);
    command
}

fn scheduler(tools: &Tools) -> Command {
    controller(tools, "kube-scheduler")
}

fn kwok(tools: &Tools, ports: &Ports) -> Command {
    let mut command = Command::new(tools.kwok());
    command.args([
        "--kubeconfig=admin.kubeconfig",
        "--config=kwok.yaml",
        "--manage-all-nodes=true",
        "--node-ip=127.0.0.1",
        "--cidr=10.244.0.1/16",
        "--node-lease-duration-seconds=40",
        "--tls-cert-file=server.crt",
        "--tls-private-key-file=server.key",
    ]);
    command.arg(format!("--node-port={}", ports.kwok));
    command.arg(format!("--server-address=127.0.0.1:{}", ports.kwok));
    command
}

impl Ports {
    /// Four ports that nobody listens on; they are held together, so that they differ.
    fn pick() -> std::io::Result<Self> {
        let held = (0..4)
            .map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .collect::<Result<Vec<_>, _>>()?;
        let port = |index: usize| held[index].local_addr().map(|address| address.port());
        Ok(Self { etcd: port(0)?, peer: port(1)?, api: port(2)?, kwok: port(3)? })
    }
}
