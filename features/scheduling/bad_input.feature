@scheduling
Feature: Impossible placement rules are refused when they are applied
  The API server checks what a pod says about nodes and neighbours, so a typing error does not end as a pod that waits for ever.

  Background:
    Given a cluster with 1 node

  Scenario Outline: Node affinity: <what>
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        affinity:
          nodeAffinity:
            requiredDuringSchedulingIgnoredDuringExecution:
              nodeSelectorTerms:
              - matchExpressions: [<expression>]
        containers: [{ name: app, image: web:v1 }]
      """
    Then the command fails with "<message>"

    Examples:
      | what                | expression                                      | message                                                               |
      | an unknown operator | { key: gen, operator: Equals, values: ["1"] }   | .matchExpressions[0].operator: Invalid value                           |
      | Gt needs one value  | { key: gen, operator: Gt, values: ["1", "2"] }  | must be specified single value when `operator` is 'Lt' or 'Gt'        |
      | In needs a value    | { key: gen, operator: In }                      | must be specified when `operator` is 'In' or 'NotIn'                  |
      | Exists has none     | { key: gen, operator: Exists, values: [a] }     | may not be specified when `operator` is 'Exists' or 'DoesNotExist'    |

  Scenario: The weight of a preference is between 1 and 100
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        affinity:
          podAntiAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 101
              podAffinityTerm: { labelSelector: { matchLabels: { app: web } }, topologyKey: kubernetes.io/hostname }
        containers: [{ name: app, image: web:v1 }]
      """
    Then the command fails with "weight: Invalid value: 101: must be in the range 1-100"

  Scenario Outline: A spread constraint: <what>
    When I try to apply the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: { name: web }
      spec:
        topologySpreadConstraints: [<constraint>]
        containers: [{ name: app, image: web:v1 }]
      """
    Then the command fails with "<message>"

    Examples:
      | what                | constraint                                                                             | message                             |
      | no topology key     | { maxSkew: 1, topologyKey: "", whenUnsatisfiable: DoNotSchedule }                      | topologyKey: Required value: can not be empty |
      | maxSkew 0           | { maxSkew: 0, topologyKey: zone, whenUnsatisfiable: DoNotSchedule }                    | maxSkew: Invalid value: 0: must be greater than zero |
      | an unknown action   | { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: Perhaps }                          | whenUnsatisfiable: Unsupported value |
      | minDomains softly   | { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, minDomains: 2 }    | can only use minDomains if whenUnsatisfiable=DoNotSchedule |
