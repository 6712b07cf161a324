// Matrices of 16 by 16: what a matrix unit multiplies at once.
const SIZE = 16u;
alias Left = coop_mat16x16<f16, A>;
alias Right = coop_mat16x16<f16, B>;
alias Result = coop_mat16x16<f32, C>;
