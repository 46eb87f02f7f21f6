@pods @nodes
Feature: Node-pressure eviction
  A node that runs short ends pods before it goes under: first those that use more than they request, then by priority, then by how
  much they use beyond it, one every ten seconds. The pod fails with the reason Evicted; whoever owns it makes another elsewhere.
  The STATUS column shows how its container ended (Completed, for a server that heard SIGTERM), as of any pod that has ended; only
  a pod that the kubelet never let in shows Evicted there.

  Scenario: The best-effort pod goes first
    Given a cluster with 1 node of 4 CPU and 2Gi memory
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: guaranteed }
      spec:
        containers: [{ name: app, image: app, resources: { limits: { cpu: "1", memory: 800Mi } } }]
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: best-effort }
      spec:
        containers: [{ name: app, image: leaky }]
      """
    And container "app" of pod "guaranteed" use 700Mi of memory
    And containers of image "leaky" use 1300Mi of memory after 1m
    When 50 seconds pass
    Then pod "best-effort" shows STATUS "Running"
    And node "node-1" has condition "MemoryPressure" "False"
    And within 30s, pod "best-effort" has phase "Failed"
    And pod "best-effort" has "{.status.reason}" equal to "Evicted"
    And pod "best-effort" has condition "DisruptionTarget" "True" because "TerminationByKubelet" with message "The node was low on resource: memory. Threshold quantity: 100Mi, available: 48Mi. Container app was using 1300Mi, request is 0, has larger consumption of memory."
    And pod "best-effort" has event "Evicted" with message "The node was low on resource: memory"
    And node "node-1" has event "EvictionThresholdMet" with message "Attempting to reclaim memory"
    And for 10m, pod "guaranteed" shows STATUS "Running"

  Scenario: The pressure shows as condition and taint, and ends five minutes after the last shortage
    Given a cluster with 1 node of 4 CPU and 2Gi memory
    And containers of image "leaky" use 2000Mi of memory after 10s
    And a pod "leaky" of image "leaky"
    Then within 1m, node "node-1" has condition "MemoryPressure" "True" because "KubeletHasInsufficientMemory"
    And within 1s, node "node-1" has taint "node.kubernetes.io/memory-pressure:NoSchedule"
    And for 4m30s, node "node-1" has condition "MemoryPressure" "True"
    And within 1m, node "node-1" has condition "MemoryPressure" "False" because "KubeletHasSufficientMemory"
    And within 1s, node "node-1" does not have taint "node.kubernetes.io/memory-pressure:NoSchedule"

  Scenario: Among pods that use more than they request the lower priority goes first
    Given a cluster with 1 node of 4 CPU and 2Gi memory
    And the manifest:
      """
      apiVersion: scheduling.k8s.io/v1
      kind: PriorityClass
      metadata: { name: high }
      value: 1000
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: important }
      spec:
        priorityClassName: high
        containers: [{ name: app, image: app, resources: { requests: { memory: 100Mi } } }]
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: ordinary }
      spec:
        containers: [{ name: app, image: app, resources: { requests: { memory: 900Mi } } }]
      """
    And containers of image "app" use 1000Mi of memory after 30s
    Then within 1m, pod "ordinary" has "{.status.reason}" equal to "Evicted"
    And for 10m, pod "important" shows STATUS "Running"

  Scenario: A pod that stays within its requests goes last, whatever it uses
    Given a cluster with 1 node of 4 CPU and 4Gi memory
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: big }
      spec:
        containers: [{ name: app, image: big, resources: { requests: { memory: 3Gi } } }]
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: small }
      spec:
        containers: [{ name: app, image: small, resources: { requests: { memory: 100Mi } } }]
      """
    And containers of image "big" use 3Gi of memory
    And containers of image "small" leak 100Mi of memory every minute
    Then within 20m, pod "small" has "{.status.reason}" equal to "Evicted"
    And for 10m, pod "big" shows STATUS "Running"

  Scenario: The pods of a Deployment are replaced on other nodes
    Given a cluster with 3 nodes
    And a deployment "web" with 6 replicas of image "nginx"
    When the cluster settles
    And node "node-2" runs low on memory for 5m
    Then within 1m, a pod labelled "app=web" has "{.status.reason}" equal to "Evicted"
    And within 1m, deployment "web" has 6 available replicas
    And node "node-2" has taint "node.kubernetes.io/memory-pressure:NoSchedule"

  Scenario: As long as the pressure shows, the node takes no best-effort pods
    A pod that names its node passes the scheduler by; the kubelet refuses it.
    Given a cluster with 1 node of 4 CPU and 2Gi memory
    And containers of image "leaky" use 2000Mi of memory after 10s
    And a pod "leaky" of image "leaky"
    When 1 minute passes
    Then node "node-1" has condition "MemoryPressure" "True"
    And pod "leaky" has phase "Failed"
    When I apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: late }
      spec:
        nodeName: node-1
        containers: [{ name: app, image: nginx }]
      ---
      apiVersion: v1
      kind: Pod
      metadata: { name: modest }
      spec:
        nodeName: node-1
        containers: [{ name: app, image: nginx, resources: { requests: { memory: 10Mi } } }]
      """
    Then within 5s, pod "late" shows STATUS "Evicted"
    And pod "late" has "{.status.message}" equal to "Pod was rejected: The node had condition: [MemoryPressure]. "
    And within 5s, pod "modest" is Ready
    And for 10m, pod "modest" is Ready

  Scenario: A container that crosses its own limit is OOMKilled long before its node is short
    Given a cluster with 1 node
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: cache }
      spec:
        containers: [{ name: app, image: leaky, resources: { limits: { memory: 128Mi } } }]
      """
    And containers of image "leaky" use 200Mi of memory after 30s
    Then within 1m, pod "cache" shows STATUS "OOMKilled"
    And node "node-1" has condition "MemoryPressure" "False"

  Scenario: A soft threshold shows at once, and ends pods only when it was met for its grace period
    Given cluster setting "eviction-soft-memory-available" is "500Mi"
    And cluster setting "eviction-soft-grace-period" is "2m"
    And cluster setting "eviction-max-pod-grace-period" is "10s"
    And a cluster with 1 node of 4 CPU and 2Gi memory
    And containers of image "leaky" use 1700Mi of memory after 10s
    And containers of image "leaky" ignore SIGTERM
    And a pod "leaky" of image "leaky"
    Then within 1m, node "node-1" has condition "MemoryPressure" "True"
    And for 100s, pod "leaky" shows STATUS "Running"
    And within 1m, pod "leaky" has event "Evicted" with message "Threshold quantity: 500Mi, available: 348Mi"
    And for 9s, pod "leaky" has phase "Running"
    And within 5s, pod "leaky" has phase "Failed"
    And container "leaky" of pod "leaky" is terminated because "Error" with exit code 137

  Scenario: What was short for less than the grace period of a soft threshold ends nothing
    Given cluster setting "eviction-soft-memory-available" is "500Mi"
    And cluster setting "eviction-soft-grace-period" is "2m"
    And a cluster with 1 node of 4 CPU and 2Gi memory
    And containers of image "leaky" use 1700Mi of memory after 10s
    And a pod "leaky" of image "leaky"
    When 1 minute passes
    And I run `kubectl delete pod leaky`
    And a pod "modest" of image "modest"
    Then within 7m, node "node-1" has condition "MemoryPressure" "False"
    And no pod has phase "Failed"

  Scenario: A pod that could not start either ends with ContainerStatusUnknown
    Given a cluster with 1 node
    And image "gone:v1" exists on no registry
    And a pod "web" of image "gone:v1"
    When 1 minute passes
    And pod "web" is evicted
    Then within 5s, pod "web" shows STATUS "ContainerStatusUnknown"
    And pod "web" has phase "Failed"
    And pod "web" has "{.status.reason}" equal to "Evicted"
