//! Links the binary where it will run: on Linux with glibc, an executable that can lie anywhere would
//! have its 43,000 addresses written each time it starts, which takes longer than many commands.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |what: &str| std::env::var(format!("CARGO_CFG_TARGET_{what}")).unwrap_or_default();
    if target("OS") == "linux" && target("ENV") == "gnu" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
