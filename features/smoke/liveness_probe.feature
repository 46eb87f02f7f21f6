@smoke @faults @probes
Feature: A failing liveness probe restarts the container
  A process can hang without ending. The liveness probe tells the kubelet, which after failureThreshold failures stops the
  container (with its grace period) and starts it again. Readiness is another matter: a pod that is not ready is left alone,
  it only gets no traffic.

  Background:
    Given a cluster with 2 nodes
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: api
      spec:
        replicas: 2
        selector:
          matchLabels: { app: api }
        template:
          metadata:
            labels: { app: api }
          spec:
            containers:
            - name: app
              image: shop/api:v1
              ports: [{ containerPort: 8080 }]
              livenessProbe:
                httpGet: { path: /healthz, port: 8080 }
                periodSeconds: 10
                failureThreshold: 3
              readinessProbe:
                httpGet: { path: /ready, port: 8080 }
                periodSeconds: 5
      ---
      apiVersion: v1
      kind: Service
      metadata:
        name: api
      spec:
        selector: { app: api }
        ports: [{ port: 80, targetPort: 8080 }]
      """
    When the cluster settles
    Then deployment "api" has 2 available replicas
    And service "api" has 2 endpoints

  Scenario: After three failures the container is killed and started again
    When the liveness probe of a pod labelled "app=api" fails for 40s
    Then within 40s, a pod labelled "app=api" has event "Unhealthy" with message "Liveness probe failed"
    And within 1m, a pod labelled "app=api" has event "Killing" with message "failed liveness probe, will be restarted"
    And within 1m, a pod labelled "app=api" has restarted at least 1 time
    And within 2m, deployment "api" has 2 available replicas
    And exactly 1 pod labelled "app=api" has restarted 0 times

  Scenario: A liveness probe that never recovers ends in CrashLoopBackOff
    When the liveness probe of every pod labelled "app=api" fails
    Then within 10m, every pod labelled "app=api" has restarted at least 4 times
    And within 10m, a pod labelled "app=api" shows STATUS "CrashLoopBackOff"
    And within 5s, deployment "api" has at most 1 available replica

  Scenario: A failing readiness probe only takes the pod out of its Service
    When the readiness probe of a pod labelled "app=api" fails for 2m
    Then within 30s, service "api" has 1 endpoint
    And exactly 1 pod labelled "app=api" shows READY "0/1"
    And exactly 1 pod labelled "app=api" has condition "Ready" "False" because "ContainersNotReady"
    And a pod labelled "app=api" has event "Unhealthy" with message "Readiness probe failed"
    And within 3m, service "api" has 2 endpoints
    And every pod labelled "app=api" has restarted 0 times
