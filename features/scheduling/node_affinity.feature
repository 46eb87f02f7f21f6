@scheduling
Feature: Node affinity chooses nodes by expressions, required or preferred
  nodeSelectorTerms are alternatives (OR), the expressions within one all hold (AND). Gt and Lt compare whole numbers. Preferences do
  not refuse: the weights of those that a node fulfils are added up, and the node with the most is chosen if nothing else speaks
  against it. What changes later moves no running pod ("IgnoredDuringExecution").

  Background:
    Given a cluster with nodes:
      | name   | labels                               |
      | node-1 | cpu-type=x86,gen=3                   |
      | node-2 | cpu-type=arm,gen=7                   |
      | node-3 | cpu-type=arm,gen=12,disk=ssd         |

  Scenario Outline: An expression about <key> with <operator>
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions: [{ key: <key>, operator: <operator>, values: <values> }]
        containers: [{ name: app, image: web:v1 }]
      """
    When the cluster settles
    Then pod "web" runs on node "<node>"

    Examples:
      | key      | operator     | values      | node   |
      | cpu-type | In           | [x86, mips] | node-1 |
      | cpu-type | NotIn        | [arm]       | node-1 |
      | disk     | Exists       | []          | node-3 |
      | gen      | Gt           | ["9"]       | node-3 |
      | gen      | Lt           | ["5"]       | node-1 |

  Scenario: Terms are alternatives, expressions within a term must all hold
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions:
                - { key: cpu-type, operator: In, values: [x86] }
                - { key: gen, operator: Gt, values: ["5"] }
              - matchExpressions:
                - { key: cpu-type, operator: In, values: [arm] }
                - { key: disk, operator: DoesNotExist }
        containers: [{ name: app, image: web:v1 }]
      """
    When the cluster settles
    Then pod "web" runs on node "node-2"

  Scenario: The weights of fulfilled preferences are added up
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        affinity:
          nodeAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
            - { weight: 50, preference: { matchExpressions: [{ key: cpu-type, operator: In, values: [x86] }] } }
            - { weight: 30, preference: { matchExpressions: [{ key: cpu-type, operator: In, values: [arm] }] } }
            - { weight: 30, preference: { matchExpressions: [{ key: disk, operator: Exists }] } }
        containers: [{ name: app, image: web:v1 }]
      """
    When the cluster settles
    Then pod "web" runs on node "node-3"

  Scenario: A label that goes later does not move a running pod
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions: [{ key: disk, operator: In, values: [ssd] }]
        containers: [{ name: app, image: web:v1 }]
      """
    When the cluster settles
    And I run `kubectl label node node-3 disk-`
    Then for 10m, pod "web" runs on node "node-3"

  Scenario: A node is named by its field metadata.name
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: agent }
      spec:
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchFields: [{ key: metadata.name, operator: In, values: [node-9] }]
        containers: [{ name: app, image: agent:v1 }]
      """
    When 5s pass
    Then pod "agent" has event "FailedScheduling" with message "0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity]."
