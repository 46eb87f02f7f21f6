//! What the commands print, and that those that are typed wrongly change nothing.

use std::collections::BTreeMap;

use crate::{Cluster, ClusterOptions};

const MANIFESTS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: nginx, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: lone}
spec: {containers: [{name: app, image: nginx}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {level: info}
";

fn files() -> BTreeMap<String, String> {
    let budget = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: old}\nspec:\n  minAvailable: 1\n  selector: \
                  {matchLabels: {app: web}}\n";
    let changed = MANIFESTS.replace("level: info", "level: debug");
    [
        ("all.yaml", MANIFESTS),
        ("changed.yaml", &changed),
        ("settings.yaml", changed.rsplit("---\n").next().unwrap_or_default()),
        ("budget.yaml", budget),
        ("conf/app.ini", "a=b\n"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into()
}

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(ClusterOptions::default());
    let applied = cluster.kubectl("apply -f all.yaml", &files());
    assert_eq!(applied.exit_code, 0, "{}", applied.stderr);
    cluster
}

/// Runs lines one after the other on one cluster; what each prints to both outputs together.
fn check_session(lines: &[(&str, &str)]) {
    let mut cluster = cluster();
    for (line, expect) in lines {
        let output = cluster.kubectl(line, &files());
        assert_eq!(format!("{}{}", output.stdout, output.stderr), *expect, "kubectl {line}");
    }
}

#[test]
fn what_is_typed_wrongly_is_told_and_changes_nothing() {
    let mut cluster = cluster();
    let mut check = |line: &str, expect: &str| {
        let before = cluster.log().len();
        let output = cluster.kubectl(line, &files());
        assert_eq!(output.stderr, expect, "kubectl {line}");
        assert_eq!(output.exit_code, 1, "kubectl {line}");
        assert_eq!(cluster.log().len(), before, "kubectl {line} changed something");
    };
    let nothing_named = "error: You must provide one or more resources by argument or filename.\nExample resource specifications \
                         include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'\n";
    for verb in [
        "delete",
        "label",
        "patch -p {}",
        "set sa x",
        "set resources --limits=cpu=1",
    ] {
        let line = verb.to_owned();
        match verb {
            "label" => check(
                &line,
                "error: one or more resources must be specified as <resource> <name> or <resource>/<name>\n",
            ),
            _ => check(&line, nothing_named),
        }
    }
    for verb in [
        "get",
        "describe",
        "delete",
        "label",
        "annotate",
        "apply",
        "create",
        "replace",
        "diff",
        "expose",
        "scale",
        "patch",
        "taint",
        "cordon",
        "drain",
        "rollout status",
        "rollout undo",
        "set image",
        "set env",
        "create job",
        "create service nodeport",
        "api-resources",
        "explain",
        "run",
        "wait",
        "logs",
    ] {
        let unknown = format!("error: unknown flag: --nope\nSee 'kubectl {verb} --help' for usage.\n");
        check(&format!("{verb} --nope"), &unknown);
    }
    for verb in ["apply", "create", "replace", "diff"] {
        check(verb, "error: must specify one of -f and -k\n");
        check(
            &format!("{verb} -f gone.yaml"),
            "error: the path \"gone.yaml\" does not exist\n",
        );
        let words = format!("error: Unexpected args: [x]\nSee 'kubectl {verb} -h' for help and examples\n");
        check(&format!("{verb} x"), &words);
    }
    for (kind, command) in [
        ("cm", "configmap"),
        ("deploy --image=a", "deployment"),
        ("job", "job"),
        ("ns", "namespace"),
        ("pdb", "poddisruptionbudget"),
        ("quota", "quota"),
        ("role", "role"),
        ("sa", "serviceaccount"),
        ("secret generic", "secret generic"),
        ("svc clusterip", "service clusterip"),
        ("ingress", "ingress"),
    ] {
        let expect = format!(
            "error: exactly one NAME is required, got 0\nSee 'kubectl create {command} -h' for help and examples\n"
        );
        check(&format!("create {kind}"), &expect);
    }
    check("create deployment d", "error: required flag(s) \"image\" not set\n");
    check(
        "create cronjob c",
        "error: required flag(s) \"image\", \"schedule\" not set\n",
    );
    check(
        "create secret nope",
        "error: unknown command \"nope\"\nSee 'kubectl create secret -h' for help and examples\n",
    );
    check(
        "create ingress i --rule=bad",
        "error: rule bad is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]\n",
    );
    check(
        "create job j --from=deploy/web",
        "error: unknown object type *v1.Deployment\n",
    );
    check(
        "create cm c --from-file=gone",
        "error: error reading gone: no such file or directory\n",
    );
    check(
        "create cm settings",
        "error: failed to create configmap: configmaps \"settings\" already exists\n",
    );
    check(
        "create role r --verb=get",
        "error: at least one resource must be specified\n",
    );
    check(
        "create role r --verb=get --resource=nope",
        "error: the server doesn't have a resource type \"nope\"\n",
    );
    check("expose cm settings --port=80", "error: cannot expose a ConfigMap\n");
    check(
        "expose pod lone",
        "error: couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed\n",
    );
    check(
        "expose deploy web --port=x",
        "error: strconv.Atoi: parsing \"x\": invalid syntax\n",
    );
    check(
        "set image deploy/web nope=x",
        "error: unable to find container named \"nope\"\n",
    );
    check(
        "set image cm/settings app=x",
        "error: configmaps/settings the object is not a pod or does not have a pod template: *v1.ConfigMap\n",
    );
    check(
        "set resources deploy/web",
        "error: you must specify an update to requests or limits (in the form of --requests/--limits)\n",
    );
    check(
        "set resources deploy/web --limits=cpu",
        "error: Invalid argument syntax cpu, expected <resource>=<value>\n",
    );
    check(
        "set selector deploy/web a=b",
        "error: setting a selector is only supported for Services\n",
    );
    check(
        "set subject deploy/web --user=u",
        "error: deployments/web setting subjects is only supported for RoleBinding/ClusterRoleBinding\n",
    );
    check(
        "replace -f all.yaml --grace-period=0",
        "error: --grace-period must have --force specified\n",
    );
    check("explain pod.spec.nope", "error: field \"nope\" does not exist\n");
    check(
        "describe pod nope",
        "Error from server (NotFound): pods \"nope\" not found\n",
    );
    check("attach nope", "Error from server (NotFound): pods \"nope\" not found\n");
    check(
        "rollout restart pod/lone",
        "error: pods \"lone\" restarting is not supported\n",
    );
    check(
        "rollout undo deploy/web --to-revision=9",
        "error: unable to find specified revision 9 in history\n",
    );
    check(
        "rollout history deploy/web --revision=9",
        "error: unable to find the specified revision\n",
    );
    check(
        "get pods -o go-template={{.x",
        "error: error parsing template {{.x, template: output:1: unclosed action\n",
    );
    check("cp a b", "error: kubectl cp is not modelled\n");
}

#[test]
fn objects_are_made_of_flags() {
    check_session(&[
        ("create ns shop", "namespace/shop created\n"),
        (
            "create deploy api -n shop --image=reg.io/team/api:v1 --replicas=0",
            "deployment.apps/api created\n",
        ),
        (
            "get deploy -n shop api -o jsonpath={.spec.template.spec.containers[*].name}",
            "api",
        ),
        (
            "create cm conf --from-file=conf --from-literal=k=a,b",
            "configmap/conf created\n",
        ),
        (
            "get cm conf -o jsonpath={.data}",
            "{\"app.ini\":\"a=b\\n\",\"k\":\"a,b\"}",
        ),
        (
            "create secret generic creds --from-literal=k=v",
            "secret/creds created\n",
        ),
        ("get secret creds -o jsonpath={.data.k}", "dg=="),
        (
            "create secret generic creds --from-literal=k=v",
            "error: failed to create secret secrets \"creds\" already exists\n",
        ),
        (
            "create cm h --from-literal=a=b --append-hash --dry-run=client -o name",
            "configmap/h-tgm746dk2t\n",
        ),
        ("create svc clusterip api --tcp=80:http", "service/api created\n"),
        (
            "expose deploy web --port=80 --target-port=8080",
            "service/web exposed\n",
        ),
        (
            "get svc web -o jsonpath={.spec.ports[0].targetPort}{.spec.selector}",
            "8080{\"app\":\"web\"}",
        ),
        (
            "create quota q --hard=pods=20,cpu=1000m --dry-run=client -o jsonpath={.spec.hard}",
            "{\"cpu\":\"1\",\"pods\":\"20\"}",
        ),
        (
            "create role r --verb=get,list --resource=pods,deploy.apps",
            "role.rbac.authorization.k8s.io/r created\n",
        ),
        (
            "get role r -o jsonpath={.rules[*].resources}",
            "[\"pods\"] [\"deployments\"]",
        ),
        (
            "create ingress i --rule=a.com/x*=web:80,tls=cert --dry-run=client -o jsonpath={.spec.rules[0].http.paths[0].pathType}{.spec.tls}",
            "Prefix[{\"hosts\":[\"a.com\"],\"secretName\":\"cert\"}]",
        ),
    ]);
}

#[test]
fn pod_templates_are_set() {
    check_session(&[
        ("set env deploy/web A=1 B=2", "deployment.apps/web env updated\n"),
        ("set env deploy/web A- C=3", "deployment.apps/web env updated\n"),
        (
            "set env deploy/web --list",
            "# Deployment web, container app\nB=2\nC=3\n",
        ),
        (
            "set env deploy/web --from=cm/settings",
            "deployment.apps/web env updated\nWarning: key level transferred to LEVEL\n",
        ),
        (
            "set env deploy/web --list",
            "# Deployment web, container app\nB=2\nC=3\n# LEVEL from configmap settings, key level\n",
        ),
        (
            "set resources deploy/web --limits=cpu=200m -c app",
            "deployment.apps/web resource requirements updated\n",
        ),
        (
            "set sa deploy web robot --dry-run=client",
            "deployment.apps/web serviceaccount updated (dry run)\n",
        ),
    ]);
}

#[test]
fn manifests_replace_and_are_compared() {
    check_session(&[
        ("diff -f all.yaml", ""),
        (
            "diff -f changed.yaml",
            "diff -u -N LIVE/v1.ConfigMap.default.settings MERGED/v1.ConfigMap.default.settings\n--- \
             LIVE/v1.ConfigMap.default.settings\n+++ MERGED/v1.ConfigMap.default.settings\n@@ -1,6 +1,6 @@\n apiVersion: v1\n \
             data:\n-  level: info\n+  level: debug\n kind: ConfigMap\n metadata:\n   creationTimestamp: \"2025-01-01T00:00:00Z\"\n",
        ),
        ("get cm settings -o jsonpath={.data.level}", "info"),
        ("replace -f settings.yaml", "configmap/settings replaced\n"),
        ("get cm settings -o jsonpath={.data.level}", "debug"),
        (
            "create -f budget.yaml",
            "poddisruptionbudget.policy/old created\nWarning: policy/v1beta1 PodDisruptionBudget is deprecated in v1.21+, unavailable \
             in v1.25+; use policy/v1 PodDisruptionBudget\n",
        ),
        ("get pdb old -o jsonpath={.apiVersion}", "policy/v1"),
    ]);
}

#[test]
fn descriptions_of_kinds() {
    check_session(&[
        (
            "describe cm settings",
            "Name:         settings\nNamespace:    default\nLabels:       <none>\nAnnotations:  <none>\n\nData\n====\nlevel:\n----\ninfo\n\n\n\
             BinaryData\n====\n\nEvents:  <none>\n",
        ),
        (
            "create pdb p --selector=app=web --min-available=1",
            "poddisruptionbudget.policy/p created\n",
        ),
        (
            "describe pdb p --show-events=false",
            "Name:           p\nNamespace:      default\nMin available:  1\nSelector:       app=web\nStatus:\n    Allowed disruptions:  0\n    \
             Current:              0\n    Desired:              0\n    Total:                0\n",
        ),
        (
            "create priorityclass high --value=1000 --description=first",
            "priorityclass.scheduling.k8s.io/high created\n",
        ),
        (
            "describe pc hi --show-events=false",
            "Name:              high\nValue:             1000\nGlobalDefault:     false\nPreemptionPolicy:  PreemptLowerPriority\n\
             Description:       first\nAnnotations:       <none>\n",
        ),
    ]);
}
