@faults @probes
Feature: A probe goes wrong
  A probe is the kubelet's question to a container. What a wrong answer leads to depends on the probe: readiness takes the pod out
  of its Services, liveness and startup restart the container. A container that hangs fails them all, without any process ending.

  Background:
    Given a cluster with 2 nodes
    And the manifest:
      """yaml
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        replicas: 2
        selector:
          matchLabels: { app: web }
        template:
          metadata:
            labels: { app: web }
          spec:
            containers:
              - name: app
                image: nginx:1.25
                readinessProbe:
                  httpGet: { path: /ready, port: 80 }
                  periodSeconds: 5
                  failureThreshold: 2
                livenessProbe:
                  httpGet: { path: /healthz, port: 80 }
                  periodSeconds: 10
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: web
      spec:
        selector: { app: web }
        ports: [{ port: 80 }]
      """
    When the cluster settles
    Then deployment "web" has 2 available replicas

  Scenario: A readiness probe that fails takes the pod out of its Service, and restarts nothing
    When the readiness probe of a pod labelled "app=web" fails for 2m
    Then within 15s, deployment "web" has 1 available replica
    And within 1s, service "web" has exactly 1 endpoint
    And a pod labelled "app=web" has event "Unhealthy" with message "Readiness probe failed"
    And within 3m, service "web" has exactly 2 endpoints
    And every pod labelled "app=web" has restarted exactly 0 times

  Scenario: A liveness probe that fails restarts the container after three failures
    When the liveness probe of a pod labelled "app=web" fails for 40s
    Then for 15s, every pod labelled "app=web" has restarted exactly 0 times
    And within 30s, a pod labelled "app=web" has restarted exactly 1 time
    And a pod labelled "app=web" has event "Killing" with message "Container app failed liveness probe, will be restarted"
    And within 2m, deployment "web" has 2 available replicas

  Scenario: A liveness probe that goes on failing ends in CrashLoopBackOff
    When the liveness probe of a pod labelled "app=web" fails
    Then within 10m, a pod labelled "app=web" shows STATUS "CrashLoopBackOff"
    When the liveness probe of a pod labelled "app=web" recovers
    Then within 10m, deployment "web" has 2 available replicas

  Scenario: A probe without an answer fails when its timeout is over
    When the readiness probe of a pod labelled "app=web" times out for 1m
    Then within 15s, deployment "web" has 1 available replica
    And a pod labelled "app=web" has event "Unhealthy" with message "context deadline exceeded"

  Scenario: A container that hangs is restarted by its liveness probe
    When container "app" of a pod labelled "app=web" hangs
    Then within 1m, a pod labelled "app=web" has restarted exactly 1 time
    And within 1m, deployment "web" has 2 available replicas

  Scenario: A startup probe that fails holds back the others and restarts the container
    Given the manifest:
      """yaml
      apiVersion: v1
      kind: Pod
      metadata:
        name: slow-start
      spec:
        containers:
          - name: app
            image: nginx:1.25
            startupProbe:
              httpGet: { path: /started, port: 80 }
              periodSeconds: 10
              failureThreshold: 3
      """
    When the startup probe of pod "slow-start" fails for 1m
    Then within 50s, pod "slow-start" has restarted exactly 1 time
    And pod "slow-start" has event "Unhealthy" with message "Startup probe failed"
    And within 2m, pod "slow-start" is Ready
