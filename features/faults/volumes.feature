@faults @volumes
Feature: A volume cannot be mounted
  The kubelet starts no container before all volumes of its pod are mounted. What cannot be mounted is tried again, each time
  after twice as long, and the pod waits in ContainerCreating.

  Background:
    Given a cluster with 1 node

  Scenario: The pod waits in ContainerCreating until the volume can be mounted
    Given volume "data" of pod "db-0" cannot be mounted
    And the manifest:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: db-0
      spec:
        containers:
          - name: db
            image: postgres:17
            volumeMounts:
              - { name: data, mountPath: /var/lib/postgresql }
        volumes:
          - name: data
            emptyDir: {}
      """
    When 2 minutes pass
    Then pod "db-0" shows STATUS "ContainerCreating"
    And pod "db-0" has event "FailedMount" with message "MountVolume.SetUp failed for volume"
    When volume "data" of pod "db-0" recovers
    Then within 3m, pod "db-0" shows STATUS "Running"
