/// Detectors of what is not normal: one signal, many signals, thresholds.
package enum AnomalyDetection {}
