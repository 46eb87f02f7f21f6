//! kubectl against a cluster: what commands print, how they exit, what they refuse.

use std::collections::BTreeMap;
use std::time::Duration;

use shakedown_engine::api::decode::Origin;
use shakedown_engine::kubectl::NoFiles;
use shakedown_engine::kubelet::NodeTemplate;
use shakedown_engine::{Cluster, ClusterOptions};

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n  selector:\n    matchLabels: \
                   {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: \
                   app\n        image: nginx:1.25\n";
const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cfg\ndata:\n  a: \"1\"\n";

/// A cluster with two nodes.
fn cluster() -> Cluster {
    let mut cluster = Cluster::new(ClusterOptions::default());
    for name in ["node-1", "node-2"] {
        cluster.add_node(&NodeTemplate::named(name)).expect("a fresh name");
    }
    cluster
}

/// A cluster in which these manifests were applied and have settled.
fn with(manifests: &[&str]) -> Cluster {
    let mut cluster = cluster();
    for manifest in manifests {
        cluster
            .apply(manifest, &Origin::file("setup.yaml"))
            .expect("the setup applies");
    }
    cluster.settle().expect("the setup settles");
    cluster
}

/// Runs the commands one after the other; the last one must print this to standard output and error, and exit so.
#[track_caller]
fn check(cluster: &mut Cluster, line: &str, stdout: &str, stderr: &str, exit_code: i32) {
    let output = cluster.kubectl(line, &files());
    let seen = (output.stdout.as_str(), output.stderr.as_str(), output.exit_code);
    assert_eq!(seen, (stdout, stderr, exit_code), "kubectl {line}");
}

/// As [`check`], for a command that is refused; it must change nothing.
#[track_caller]
fn check_refused(cluster: &mut Cluster, line: &str, stderr: &str) {
    let changes = cluster.log().len();
    check(cluster, line, "", stderr, 1);
    assert_eq!(
        cluster.log().len(),
        changes,
        "kubectl {line} is refused and changes nothing"
    );
}

fn files() -> BTreeMap<String, String> {
    let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    BTreeMap::from([
        file("web.yaml", WEB),
        file("dir/a.yaml", CONFIG),
        file("dir/b.txt", "not a manifest"),
        file("bad.yaml", &WEB.replace("image:", "imagee:")),
        file(
            "two.yaml",
            &format!("{}---\n{CONFIG}", WEB.replace("replicas: 2", "replicas: -1")),
        ),
        file("broken.yaml", "a: [b\n"),
        file("empty.yaml", ""),
        file(
            "unknown.yaml",
            "apiVersion: v1\nkind: Deployment\nmetadata: {name: x}\n",
        ),
        file("ns.yaml", &CONFIG.replace("name: cfg", "name: cfg\n  namespace: nope")),
    ])
}

#[test]
fn apply_creates_then_configures_then_leaves_alone() {
    let mut cluster = cluster();
    check(
        &mut cluster,
        "kubectl apply -f web.yaml",
        "deployment.apps/web created\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "kubectl apply -f web.yaml",
        "deployment.apps/web unchanged\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "scale deploy/web --replicas=5",
        "deployment.apps/web scaled\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "apply -f web.yaml",
        "deployment.apps/web configured\n",
        "",
        0,
    );
    check(&mut cluster, "get deploy web -o jsonpath={.spec.replicas}", "2", "", 0);
    check(&mut cluster, "apply -f dir", "configmap/cfg created\n", "", 0);
}

#[test]
fn a_bad_document_applies_nothing_of_itself() {
    let mut cluster = cluster();
    check_refused(
        &mut cluster,
        "apply -f bad.yaml",
        "Error from server (BadRequest): error when creating \"bad.yaml\": Deployment in version \"v1\" cannot be handled as a \
         Deployment: strict decoding error: unknown field \"spec.template.spec.containers[0].imagee\"\n",
    );
    check(
        &mut cluster,
        "apply -f two.yaml",
        "configmap/cfg created\n",
        "The Deployment \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0\n",
        1,
    );
    check_refused(
        &mut cluster,
        "apply -f unknown.yaml",
        "error: resource mapping not found for name: \"x\" namespace: \"\" from \"unknown.yaml\": no matches for kind \
         \"Deployment\" in version \"v1\"\nensure CRDs are installed first\n",
    );
    check_refused(
        &mut cluster,
        "apply -f empty.yaml",
        "error: no objects passed to apply\n",
    );
    check_refused(
        &mut cluster,
        "apply -f nope.yaml",
        "error: the path \"nope.yaml\" does not exist\n",
    );
    check_refused(
        &mut cluster,
        "apply -f ns.yaml",
        "Error from server (NotFound): error when creating \"ns.yaml\": namespaces \"nope\" not found\n",
    );
}

#[test]
fn errors_of_apply_name_file_line_column_and_field() {
    let origin = Origin::file("web.yaml");
    let check = |text: &str, expect: &str| {
        let error = cluster().apply(text, &origin).expect_err("a refusal");
        assert_eq!(error.to_string(), expect);
    };
    check(
        &WEB.replace("image:", "imagee:"),
        "web.yaml:15:9: spec.template.spec.containers[0].imagee: unknown field; did you mean \"image\"?",
    );
    check(
        &WEB.replace("replicas: 2", "replicas: -1"),
        "web.yaml:6:3: spec.replicas: Invalid value: -1: must be greater than or equal to 0",
    );
}

#[test]
fn get_prints_tables_names_and_objects() {
    let mut cluster = with(&[CONFIG]);
    check(
        &mut cluster,
        "get cm cfg",
        "NAME   DATA   AGE\ncfg    1      2s\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "get cm -o name",
        "configmap/cfg\nconfigmap/kube-root-ca.crt\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "get pods",
        "",
        "No resources found in default namespace.\n",
        0,
    );
    check(&mut cluster, "get pods -A", "", "No resources found\n", 0);
    check(
        &mut cluster,
        "get cm cfg -o jsonpath='{.data.a}{\"\\n\"}'",
        "1\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "get cm cfg -o custom-columns=NAME:.metadata.name,A:.data.a",
        "NAME   A\ncfg    1\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "get nodes --sort-by=.metadata.name -o name",
        "node/node-1\nnode/node-2\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "get nodes --field-selector metadata.name=node-2 -o name",
        "node/node-2\n",
        "",
        0,
    );
    check(&mut cluster, "get no,cm/cfg", "", SLASHES, 1);
}

const SLASHES: &str = "error: arguments in resource/name form must have a single resource and name\n";

#[test]
fn bad_arguments_are_refused_in_kubectls_words() {
    let mut cluster = with(&[CONFIG]);
    for (line, stderr) in [
        (
            "get pods --foo",
            "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n",
        ),
        (
            "get pods -q",
            "error: unknown shorthand flag: 'q' in -q\nSee 'kubectl get --help' for usage.\n",
        ),
        (
            "get pods -o",
            "error: flag needs an argument: 'o' in -o\nSee 'kubectl get --help' for usage.\n",
        ),
        ("get foo", "error: the server doesn't have a resource type \"foo\"\n"),
        (
            "get pods nope",
            "Error from server (NotFound): pods \"nope\" not found\n",
        ),
        (
            "get pods x -l a=b",
            "error: name cannot be provided when a selector is specified\n",
        ),
        (
            "delete pod",
            "error: resource(s) were provided, but no name was specified\n",
        ),
        (
            "delet pod x",
            "error: unknown command \"delet\" for \"kubectl\"\n\nDid you mean this?\n\tdelete\n",
        ),
        ("scale deploy web", "error: required flag(s) \"replicas\" not set\n"),
        (
            "scale deploy web --replicas=x",
            "error: invalid argument \"x\" for \"--replicas\" flag: strconv.ParseInt: parsing \"x\": invalid syntax\nSee 'kubectl \
             scale --help' for usage.\n",
        ),
        ("label cm cfg a=b=c", "error: invalid label spec: a=b=c\n"),
        ("taint nodes node-1 a", "error: at least one taint update is required\n"),
        ("wait pod/x --for=foo", "error: unrecognized condition: \"foo\"\n"),
        (
            "get pods 'x",
            "error: cannot read the command line: a single quote is not closed\n",
        ),
        (
            "get pods -l 'a in (b'",
            "Error from server (BadRequest): Unable to find \"/v1, Resource=pods\" that match label selector \"a in (b\", field \
             selector \"\": unable to parse requirement: found '', expected: ',' or ')'\n",
        ),
    ] {
        check_refused(&mut cluster, line, stderr);
    }
}

#[test]
fn a_rollout_is_followed_to_its_end_and_undone() {
    let mut cluster = with(&[WEB]);
    check(
        &mut cluster,
        "set image deploy/web app=nginx:2",
        "deployment.apps/web image updated\n",
        "",
        0,
    );
    let output = cluster.kubectl("rollout status deploy/web", &NoFiles);
    assert_eq!(output.exit_code, 0, "{}", output.stderr);
    assert!(
        output.stdout.ends_with("deployment \"web\" successfully rolled out\n"),
        "{}",
        output.stdout
    );
    check(
        &mut cluster,
        "rollout history deploy/web",
        "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "rollout undo deploy/web",
        "deployment.apps/web rolled back\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "get deploy web -o jsonpath={.spec.template.spec.containers[0].image}",
        "nginx:1.25",
        "",
        0,
    );
}

#[test]
fn patches_put_no_value_where_another_type_belongs() {
    let mut cluster = with(&[WEB]);
    check_refused(
        &mut cluster,
        "patch deploy web -p '{\"spec\":{\"replicas\":\"x\"}}'",
        "The request is invalid: patch: Invalid value: \"map[spec:map[replicas:x]]\": unrecognized type: int32\n",
    );
    check_refused(
        &mut cluster,
        "patch deploy web --type=merge -p '{\"metadata\":{\"name\":\"z\"}}'",
        "Error from server (BadRequest): the name of the object (z) does not match the name on the URL (web)\n",
    );
    check(
        &mut cluster,
        "patch deploy web -p '{\"spec\":{\"foo\":1}}'",
        "deployment.apps/web patched (no change)\n",
        "Warning: unknown field \"spec.foo\"\n",
        0,
    );
}

#[test]
fn waiting_commands_let_time_run_and_never_hang() {
    let mut cluster = with(&[WEB, CONFIG]);
    let before = cluster.now();
    check(
        &mut cluster,
        "wait cm/cfg --for=jsonpath={.data.b}=2 --timeout=7s",
        "",
        "error: timed out waiting for the condition on configmaps/cfg\n",
        1,
    );
    assert_eq!(cluster.now().since(before), Duration::from_secs(7));
    check(
        &mut cluster,
        "wait deploy/web --for=condition=Available",
        "deployment.apps/web condition met\n",
        "",
        0,
    );
    let pod = cluster
        .kubectl("get pods -o jsonpath={.items[0].metadata.name}", &NoFiles)
        .stdout;
    check(
        &mut cluster,
        &format!("delete pod {pod}"),
        &format!("pod \"{pod}\" deleted\n"),
        "",
        0,
    );
    check(&mut cluster, &format!("get pod {pod} --ignore-not-found"), "", "", 0);
    // A finalizer that nobody removes.
    check(
        &mut cluster,
        "patch cm cfg -p '{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}'",
        "configmap/cfg patched\n",
        "",
        0,
    );
    let output = cluster.kubectl("delete cm cfg", &NoFiles);
    assert_eq!(output.exit_code, 1, "the wait ends at a limit");
}

#[test]
fn nodes_are_cordoned_tainted_and_labelled() {
    let mut cluster = cluster();
    check(&mut cluster, "cordon node-1", "node/node-1 cordoned\n", "", 0);
    check(&mut cluster, "cordon node-1", "node/node-1 already cordoned\n", "", 0);
    check(&mut cluster, "uncordon node-1", "node/node-1 uncordoned\n", "", 0);
    check(
        &mut cluster,
        "taint nodes node-1 a=b:NoSchedule",
        "node/node-1 tainted\n",
        "",
        0,
    );
    check(&mut cluster, "taint nodes node-1 a-", "node/node-1 untainted\n", "", 0);
    check(
        &mut cluster,
        "label node node-1 disk=ssd",
        "node/node-1 labeled\n",
        "",
        0,
    );
    check(
        &mut cluster,
        "label node node-1 disk=hdd",
        "",
        "error: 'disk' already has a value (ssd), and --overwrite is false\n",
        1,
    );
    check(
        &mut cluster,
        "label node node-1 disk-",
        "node/node-1 unlabeled\n",
        "",
        0,
    );
}

#[test]
fn yaml_is_written_as_kubectl_writes_it() {
    let manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: q}\ndata:\n  a: \"yes\"\n  b: \"1.5\"\n  c: plain text\n  d: \"# \
                    x\"\n  e: \"two\\nlines\\n\"\n  f: \"\"\n  \"n\": \"tab\\t\"\n  w: \"1234567890 1234567890 1234567890 1234567890 \
                    1234567890 1234567890 1234567890 1234567890 end\"\n";
    let mut cluster = with(&[manifest]);
    let output = cluster.kubectl("get cm q -o yaml", &NoFiles).stdout;
    let data = output.split("kind: ConfigMap").next().unwrap_or_default();
    let expect = "apiVersion: v1\ndata:\n  a: \"yes\"\n  b: \"1.5\"\n  c: plain text\n  d: '# x'\n  e: |\n    two\n    lines\n  f: \
                  \"\"\n  \"n\": \"tab\\t\"\n  w: 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 \
                  1234567890\n    1234567890 end\n";
    assert_eq!(data, expect);
}
