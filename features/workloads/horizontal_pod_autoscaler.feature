@workloads
Feature: A HorizontalPodAutoscaler follows the load
  How many pods a load asks for is a matter of requests, targets and tolerances; how soon they come and go one of windows and policies.
  What the simulated processes use is said in a step; a metrics-server tells it every 15 s, and the autoscaler looks every 15 s.

  Background:
    Given a cluster with 3 nodes
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers:
            - name: web
              image: nginx:1.25
              resources: {requests: {cpu: 200m, memory: 100Mi}}
      """

  Scenario: More pods come when the CPU is above its target, and go five minutes after the load has gone
    Given containers of deployment "web" use 100m of CPU
    And the manifest:
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 2
        maxReplicas: 6
        metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
      """
    When the cluster settles
    Then horizontalpodautoscaler "web" has condition "ScalingActive" "True" because "ValidMetricFound"
    And horizontalpodautoscaler "web" has condition "AbleToScale" "True" because "ReadyForNewScale"
    And horizontalpodautoscaler "web" has condition "ScalingLimited" "False" because "DesiredWithinRange"
    And `kubectl get hpa` prints:
      | NAME | REFERENCE      | TARGETS      | MINPODS | MAXPODS | REPLICAS |
      | web  | Deployment/web | cpu: 50%/50% | 2       | 6       | 2        |
    # 90% used where 50% are wanted: 2 × 90 / 50 is 3.6 pods.
    When containers of deployment "web" use 180m of CPU
    Then within 20s, deployment "web" has 4 desired replicas
    And horizontalpodautoscaler "web" has event "SuccessfulRescale" with message "New size: 4; reason: cpu resource utilization (percentage of request) above target"
    When containers of deployment "web" use 20m of CPU
    And 1m passes
    Then horizontalpodautoscaler "web" has condition "AbleToScale" "True" because "ScaleDownStabilized"
    And for 3m, deployment "web" has 4 desired replicas
    And within 3m, deployment "web" has 2 desired replicas
    And horizontalpodautoscaler "web" has event "SuccessfulRescale" with message "New size: 2; reason: All metrics below target"
    And within 1m, horizontalpodautoscaler "web" has condition "ScalingLimited" "True" because "TooFewReplicas"

  Scenario: A difference within the tolerance of a tenth changes nothing
    Given containers of deployment "web" use 109m of CPU
    And the manifest:
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        maxReplicas: 6
        metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
      """
    When the cluster settles
    Then for 10m, deployment "web" has 2 desired replicas
    And horizontalpodautoscaler "web" has "{.status.currentMetrics[0].resource.current.averageUtilization}" equal to "54"

  Scenario: An autoscaler may be less tolerant upwards than downwards
    A feature gate that is off by default; without it the API server drops the field.
    Given cluster setting "feature-gates" is "HPAConfigurableTolerance=true"
    And containers of deployment "web" use 109m of CPU
    And the manifest:
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 1
        maxReplicas: 6
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]
        behavior: {scaleUp: {tolerance: 50m}}
      """
    Then within 1m, deployment "web" has 3 desired replicas

  Scenario: A pod's memory is a target as well
    Given containers of deployment "web" use 150Mi of memory
    And the manifest:
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        maxReplicas: 5
        metrics:
        - type: Resource
          resource: {name: memory, target: {type: AverageValue, averageValue: 100Mi}}
      """
    # Every new pod uses as much as the others: there is no end to it but the greatest number.
    Then within 5m, deployment "web" has 5 desired replicas
    And within 1m, horizontalpodautoscaler "web" has condition "ScalingLimited" "True" because "TooManyReplicas"

  Scenario: A policy lets pods come one by one, a window of its own lets them go soon
    Given containers of deployment "web" use 1 of CPU
    And the manifest:
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 1
        maxReplicas: 6
        metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}
        behavior:
          scaleUp:
            policies: [{type: Pods, value: 1, periodSeconds: 60}]
          scaleDown:
            stabilizationWindowSeconds: 30
      """
    Then within 1m, deployment "web" has 3 desired replicas
    And horizontalpodautoscaler "web" has condition "ScalingLimited" "True" because "ScaleUpLimit"
    And for 40s, deployment "web" has 3 desired replicas
    And within 30s, deployment "web" has 4 desired replicas
    When containers of deployment "web" use 10m of CPU
    Then within 1m, deployment "web" has 1 desired replicas

  Scenario: Without requests there is nothing that a percentage could be of
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: bare}
      spec:
        replicas: 1
        selector: {matchLabels: {app: bare}}
        template:
          metadata: {labels: {app: bare}}
          spec: {containers: [{name: bare, image: "nginx:1.25"}]}
      """
    When I run `kubectl autoscale deployment bare --max=3 --cpu=50%`
    And 1m passes
    Then horizontalpodautoscaler "bare" has condition "ScalingActive" "False" because "FailedGetResourceMetric"
    And horizontalpodautoscaler "bare" has event "FailedGetResourceMetric" with message "missing request for cpu in container bare of Pod bare-"
    And horizontalpodautoscaler "bare" has event "FailedComputeMetricsReplicas" with message "invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization"

  Scenario: Without a metrics-server nothing can be told
    Given cluster setting "metrics-server" is "off"
    When I run `kubectl autoscale deployment web --max=3`
    And 1m passes
    Then horizontalpodautoscaler "web" has condition "AbleToScale" "True" because "SucceededGetScale"
    And horizontalpodautoscaler "web" has condition "ScalingActive" "False" because "FailedGetResourceMetric"
    And horizontalpodautoscaler "web" has event "FailedGetResourceMetric" with message "unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)"
    And `kubectl get hpa web` prints:
      | NAME | TARGETS             |
      | web  | cpu: <unknown>/80%  |
    When I try to run `kubectl top pods`
    Then the command fails with "error: Metrics API not available"

  Scenario: A target that is not there cannot be scaled
    Given the manifest:
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: lost}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: lost}
        maxReplicas: 3
      """
    When 20s passes
    Then horizontalpodautoscaler "lost" has condition "AbleToScale" "False" because "FailedGetScale"
    And horizontalpodautoscaler "lost" has event "FailedGetScale" with message "deployments.apps "lost" not found"

  Scenario: A target scaled to zero is left alone
    When I run `kubectl autoscale deployment web --min=2 --max=5 --cpu=50%`
    And I run `kubectl scale deployment web --replicas=0`
    And 1m passes
    Then horizontalpodautoscaler "web" has condition "ScalingActive" "False" because "ScalingDisabled"
    And for 10m, deployment "web" has 0 desired replicas

  Scenario: The least and the greatest number hold whatever the load
    When I run `kubectl autoscale deployment web --min=3 --max=5 --cpu=50%`
    Then within 20s, deployment "web" has 3 desired replicas
    And horizontalpodautoscaler "web" has event "SuccessfulRescale" with message "New size: 3; reason: Current number of replicas below Spec.MinReplicas"
    When I run `kubectl scale deployment web --replicas=9`
    Then within 20s, deployment "web" has 5 desired replicas
    And horizontalpodautoscaler "web" has event "SuccessfulRescale" with message "New size: 5; reason: Current number of replicas above Spec.MaxReplicas"

  Scenario: What pods and nodes use
    Given containers of deployment "web" use 250m of CPU
    And containers of deployment "web" use 64Mi of memory
    When 1m passes
    Then `kubectl top pods` prints:
      | NAME  | CPU(cores) | MEMORY(bytes) |
      | web-* | 250m       | 64Mi          |
      | web-* | 250m       | 64Mi          |
    And `kubectl top nodes` prints:
      | NAME   | CPU(cores) | CPU(%) | MEMORY(bytes) | MEMORY(%) |
      | node-1 | /\d+m/     | *      | *             | *         |
      | node-2 | /\d+m/     | *      | *             | *         |
      | node-3 | /\d+m/     | *      | *             | *         |

  Scenario: Two autoscalers for the same pods do nothing
    They would fight each other; so both say what is wrong instead.
    Given containers of deployment "web" use 180m of CPU
    And the manifest:
      """
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: one}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 2
        maxReplicas: 6
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 90}}}]
      ---
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: two}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        minReplicas: 2
        maxReplicas: 4
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 90}}}]
      """
    When 1 minute passes
    Then horizontalpodautoscaler "one" has condition "ScalingActive" "False" because "AmbiguousSelector"
    And horizontalpodautoscaler "two" has event "AmbiguousSelector" with message "pods by selector app=web are controlled by multiple HPAs: [{one default} {two default}]"
    When I run `kubectl delete hpa two`
    Then within 1m, horizontalpodautoscaler "one" has condition "ScalingActive" "True" because "ValidMetricFound"
