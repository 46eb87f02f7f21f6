@tutorial @scheduling
Feature: Pod scheduling: which node a pod runs on, and how to have a say
  The chapter on scheduling says: the scheduler removes the nodes that are impossible, scores the others and takes the best; labels,
  taints, node affinity, pod anti-affinity and disruption budgets are how a manifest has a say in it. Each of its manifests is applied
  here. Where the chapter prints only a part of a manifest, the API server's answer to that is shown, too.

  Background:
    Given a cluster with nodes:
      | name    | cpu | memory | zone |
      | node-01 |   4 | 8Gi    | a    |
      | node-02 |   4 | 8Gi    | a    |
      | node-03 |   4 | 8Gi    | b    |

  Scenario: Impossible nodes are removed, possible ones are scored, the best is chosen
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: resident }
      spec:
        nodeName: node-01
        containers: [{ name: app, image: app:v1, resources: { requests: { cpu: "3", memory: 1Gi } } }]
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: neighbour }
      spec:
        nodeName: node-02
        containers: [{ name: app, image: app:v1, resources: { requests: { cpu: "1", memory: 1Gi } } }]
      """
    When the cluster settles
    And I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: newcomer }
      spec:
        containers: [{ name: app, image: app:v1, resources: { requests: { cpu: "2", memory: 1Gi } } }]
      """
    And the cluster settles
    Then pod "newcomer" runs on node "node-03"

  Scenario: nodeSelector: all labels must match, and without such a node the pod stays Pending
    When I run `kubectl label node node-02 hw-type=gpu`
    And I apply the manifest "scheduling/gpu-pod-node-selector.yaml"
    Then for 1m, pod "gpu-pod" shows STATUS "Pending"
    And pod "gpu-pod" has condition "PodScheduled" "False" because "Unschedulable" with message "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."
    When I run `kubectl label node node-02 cost=high`
    Then within 15s, pod "gpu-pod" runs on node "node-02"

  Scenario: A taint keeps pods away that do not tolerate it
    When I run `kubectl taint node node-02 hw-type=gpu:NoSchedule`
    And a deployment "web" with 6 replicas of image "web:v1"
    And the cluster settles
    Then exactly 0 pods on node "node-02" exist
    And every pod of deployment "web" are spread over 2 nodes

  Scenario: A toleration admits a pod to the tainted node, but does not draw it there
    When I run `kubectl taint node node-02 hw-type=gpu:NoSchedule`
    And I run `kubectl cordon node-01`
    And I run `kubectl cordon node-03`
    And I apply the manifest "scheduling/gpu-pod-toleration.yaml"
    And the cluster settles
    Then pod "gpu-pod" runs on node "node-02"

  Scenario: The three effects: NoSchedule leaves running pods, NoExecute removes them, PreferNoSchedule only prefers
    Given a deployment "web" with 3 replicas of image "web:v1"
    When the cluster settles
    Then every pod of deployment "web" are spread over 3 nodes
    When I run `kubectl taint node node-01 quiet=yes:NoSchedule`
    Then for 1m, every pod of deployment "web" are spread over 3 nodes
    When I run `kubectl taint node node-02 hw-type=gpu:NoExecute`
    Then within 1m, no pod of deployment "web" runs on node "node-02"
    When I run `kubectl taint node node-03 spot=yes:PreferNoSchedule`
    And I run `kubectl scale deployment/web --replicas=5`
    And the cluster settles
    Then deployment "web" has 5 ready replicas

  Scenario: Required node affinity must be met when the pod is scheduled, and is ignored afterwards
    When I run `kubectl label node node-03 hw-type=gpu`
    And I apply the manifest "scheduling/gpu-pod-required.yaml"
    And the cluster settles
    Then pod "gpu-pod" runs on node "node-03"
    When I run `kubectl label node node-03 hw-type-`
    Then for 10m, pod "gpu-pod" runs on node "node-03"

  Scenario: The manifest as the chapter prints it lacks its containers
    When I try to apply the manifest "scheduling/gpu-pod-required-as-printed.yaml"
    Then the command fails with "spec.containers: "

  Scenario Outline: nodeSelectorTerms are alternatives, the expressions within one must all hold: <pod>
    When I run `kubectl label node node-01 hw-type=gpu gen=5`
    And I run `kubectl label node node-02 hw-type=gpu gen=9`
    And I run `kubectl label node node-03 hw-type=cpu gen=9`
    And I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: <pod> }
      spec:
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions:
                - { key: hw-type, operator: In, values: [gpu] }
                - { key: gen, operator: <operator>, values: ["<value>"] }
              - matchExpressions:
                - { key: hw-type, operator: In, values: [tpu] }
        containers: [{ name: my-container, image: ai-learning:latest }]
      """
    And the cluster settles
    Then pod "<pod>" runs on node "<node>"

    Examples:
      | pod   | operator | value | node    |
      | newer | Gt       |     7 | node-02 |
      | older | Lt       |     7 | node-01 |

  Scenario: A preference is no must
    When I apply the manifest "scheduling/another-pod-preferred.yaml"
    And the cluster settles
    Then pod "another-pod" shows STATUS "Running"

  Scenario: A preference decides where it can be met
    When I run `kubectl label node node-03 cpu-type=arm`
    And I apply the manifest "scheduling/another-pod-preferred.yaml"
    And the cluster settles
    Then pod "another-pod" runs on node "node-03"

  Scenario: The weights of several preferences are added up
    When I run `kubectl label node node-01 fast=yes`
    And I run `kubectl label node node-02 cheap=yes near=yes`
    And I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: chooser }
      spec:
        affinity:
          nodeAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
            - { weight: 60, preference: { matchExpressions: [{ key: fast, operator: Exists }] } }
            - { weight: 40, preference: { matchExpressions: [{ key: cheap, operator: Exists }] } }
            - { weight: 40, preference: { matchExpressions: [{ key: near, operator: Exists }] } }
        containers: [{ name: my-container, image: another:v1 }]
      """
    And the cluster settles
    Then pod "chooser" runs on node "node-02"

  Scenario: Pod anti-affinity keeps a pod away from the hosts of others
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: frontend-1, labels: { type: frontend } }
      spec:
        nodeName: node-01
        containers: [{ name: app, image: frontend:v1 }]
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: frontend-2, labels: { type: frontend } }
      spec:
        nodeName: node-03
        containers: [{ name: app, image: frontend:v1 }]
      """
    When the cluster settles
    And I apply the manifest "scheduling/my-pod-anti-affinity.yaml"
    And the cluster settles
    Then pod "my-pod" runs on node "node-02"

  Scenario Outline: The topology key says how far away: <topology>
    Given I run `kubectl label node node-01 node-02 node-03 topology.kubernetes.io/region=north`
    And a node "node-04" joins with:
      | zone | region |
      | c    | south  |
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: { name: ha }
      spec:
        replicas: 4
        selector: { matchLabels: { type: frontend } }
        template:
          metadata: { labels: { type: frontend } }
          spec:
            affinity:
              podAntiAffinity:
                requiredDuringSchedulingIgnoredDuringExecution:
                - labelSelector: { matchExpressions: [{ key: type, operator: In, values: [frontend] }] }
                  topologyKey: <key>
            containers: [{ name: my-container, image: frontend:v1 }]
      """
    When 30s pass
    Then exactly <count> pods labelled "type=frontend" show STATUS "Running"

    Examples:
      | topology | key                           | count |
      | host     | kubernetes.io/hostname        |     4 |
      | zone     | topology.kubernetes.io/zone   |     3 |
      | region   | topology.kubernetes.io/region |     2 |

  # The chapter writes policy/v1beta1, which the API server has not served since v1.25; the fields are the same in policy/v1.
  Scenario: A disruption budget says how many pods must stay
    When I apply the manifest "scheduling/my-pdb.yaml"
    Then poddisruptionbudget "my-pdb" has "{.spec.minAvailable}" equal to "2"
    And poddisruptionbudget "my-pdb" has "{.spec.selector.matchLabels.app}" equal to "my-app"
