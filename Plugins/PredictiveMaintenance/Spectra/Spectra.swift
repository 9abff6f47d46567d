/// What a waveform says in frequency: spectra, envelope spectra, a bearing's fault orders.
package enum Spectra {}
