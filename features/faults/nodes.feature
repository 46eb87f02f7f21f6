@faults @nodes
Feature: What goes wrong with a node
  A node can lose its power, its kubelet, its network or its place in the API; it can run out of something, run slow, or show the
  wrong time. From outside many of these look alike, since all that the control plane has is the kubelet's word; what becomes of
  the containers differs.

  Background:
    Given a cluster with 3 nodes in zones "a", "b", "c"
    And a deployment "web" with 3 replicas of image "nginx:1.25"
    When the cluster settles
    Then every pod labelled "app=web" are spread over 3 nodes

  Scenario: A node that is lost takes its containers with it
    When node "node-2" is lost for 3m
    Then within 1m, node "node-2" shows STATUS "NotReady"
    And within 5m, every pod labelled "app=web" is Ready
    And a pod on node "node-2" has restarted exactly 1 time
    And a pod on node "node-2" has event "SandboxChanged"

  Scenario: A node that reboots is back before anybody notices
    When node "node-2" reboots
    Then for 10m, node "node-2" shows STATUS "Ready"
    And every pod labelled "app=web" is Ready
    And a pod on node "node-2" has restarted exactly 1 time
    And node "node-2" has event "Starting"

  Scenario: The kubelet stops, and the containers go on
    When the kubelet on node "node-2" stops for 3m
    Then within 1m, node "node-2" shows STATUS "NotReady"
    And within 1s, a pod on node "node-2" has condition "Ready" "False"
    And a pod on node "node-2" shows STATUS "Running"
    And within 5m, every pod labelled "app=web" is Ready
    And every pod on node "node-2" has restarted exactly 0 times

  Scenario: A node cut off from the control plane loses its pods though they run
    When node "node-2" is partitioned from the control plane for 10m
    Then within 1m, node "node-2" shows STATUS "NotReady"
    And within 7m, a pod on node "node-2" shows STATUS "Terminating"
    And within 1m, deployment "web" has 3 available replicas
    And within 5m, node "node-2" shows STATUS "Ready"
    And within 1m, exactly 3 pods labelled "app=web" exist

  Scenario: A lost zone takes all its nodes along
    When zone "b" is lost
    Then within 1m, node "node-2" shows STATUS "NotReady"
    And node "node-1" shows STATUS "Ready"
    When zone "b" recovers
    Then within 1m, node "node-2" shows STATUS "Ready"
    And within 1m, every pod labelled "app=web" is Ready

  Scenario: A node whose object is deleted leaves its pods to the garbage collector
    When node "node-2" is deleted
    Then for 40s, exactly 3 pods labelled "app=web" show STATUS "Running"
    And within 1m, a pod labelled "app=web" has condition "DisruptionTarget" "True" because "DeletionByPodGC"
    And within 1m, deployment "web" has 3 available replicas
    And no pod on node "node-2" exists
    When node "node-2" recovers
    Then within 10s, node "node-2" shows STATUS "Ready"

  Scenario: A node that runs low on disk takes no new pods
    When node "node-2" runs low on disk
    Then within 1s, node "node-2" has taint "node.kubernetes.io/disk-pressure:NoSchedule"
    And node "node-2" has condition "DiskPressure" "True" because "KubeletHasDiskPressure"
    When I run `kubectl scale deployment/web --replicas=6`
    Then within 1m, deployment "web" has 6 available replicas
    And at most 1 pod on node "node-2" exists

  Scenario: A slow node brings its pods up late
    When node "node-2" runs slow by 20x
    And a pod on node "node-2" is killed
    Then within 1m, deployment "web" has 3 available replicas
    When the manifest:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: late
      spec:
        nodeName: node-2
        containers:
          - name: app
            image: httpd:2.4
      """
    Then within 1s, pod "late" shows STATUS "ContainerCreating"
    And for 8s, pod "late" shows STATUS "ContainerCreating"
    And within 30s, pod "late" is Ready

  Scenario: On a node that is far too slow, probes get no answer in time
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: probed
      spec:
        nodeName: node-2
        containers:
          - name: app
            image: nginx:1.25
            readinessProbe:
              httpGet: { path: /, port: 80 }
              periodSeconds: 5
      """
    Then within 10s, pod "probed" is Ready
    When node "node-2" runs slow by 60x for 2m
    Then within 30s, pod "probed" is not Ready
    And pod "probed" has event "Unhealthy" with message "Readiness probe failed"
    And pod "probed" has restarted exactly 0 times
    And within 3m, pod "probed" is Ready

  Scenario: Where a node's clock runs ahead, its pods are available late
    Readiness is dated by the kubelet, minReadySeconds are counted by the controller: between them lies what the clocks differ by.
    When the clock of node "node-2" runs 30s ahead
    And the manifest:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: careful
      spec:
        replicas: 1
        minReadySeconds: 10
        selector:
          matchLabels: { app: careful }
        template:
          metadata:
            labels: { app: careful }
          spec:
            nodeSelector: { kubernetes.io/hostname: node-2 }
            containers:
              - name: app
                image: nginx:1.25
      """
    Then within 10s, a pod labelled "app=careful" is Ready
    And for 35s, deployment "careful" has 0 available replicas
    And within 10s, deployment "careful" has 1 available replica
    When the clock of node "node-2" recovers
    And a pod labelled "app=careful" is killed
    Then within 20s, deployment "careful" has 1 available replica

  Scenario: A clock that runs behind is no reason to think the node is lost
    Heartbeats are timed by the control plane when they arrive, whatever time they carry.
    When the clock of node "node-2" runs 5m behind
    And a pod on node "node-2" crashes with code 1
    Then for 10m, node "node-2" shows STATUS "Ready"
    And every pod labelled "app=web" is Ready
