/// Evaluators of models that others trained: LightGBM, XGBoost, ONNX.
package enum TrainedModels {}
