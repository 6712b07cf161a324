// Matrices of 8 by 8: what a matrix unit multiplies at once.
const SIZE = 8u;
alias Left = coop_mat8x8<f16, A>;
alias Right = coop_mat8x8<f16, B>;
alias Result = coop_mat8x8<f32, C>;
