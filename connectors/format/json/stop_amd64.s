//go:build !purego

#include "textflag.h"

DATA quotes<>+0(SB)/8, $0x2222222222222222
DATA quotes<>+8(SB)/8, $0x2222222222222222
GLOBL quotes<>(SB), RODATA|NOPTR, $16
DATA slashes<>+0(SB)/8, $0x5c5c5c5c5c5c5c5c
DATA slashes<>+8(SB)/8, $0x5c5c5c5c5c5c5c5c
GLOBL slashes<>(SB), RODATA|NOPTR, $16
DATA controls<>+0(SB)/8, $0x1f1f1f1f1f1f1f1f
DATA controls<>+8(SB)/8, $0x1f1f1f1f1f1f1f1f
GLOBL controls<>(SB), RODATA|NOPTR, $16
DATA blanks<>+0(SB)/8, $0x2020202020202020
DATA blanks<>+8(SB)/8, $0x2020202020202020
GLOBL blanks<>(SB), RODATA|NOPTR, $16

// ENDS makes bits of R of the bytes of X that are a quote or a backslash, or
// marked in Y.
#define ENDS(X, Y, R) \
	MOVO X, X2; PCMPEQB X4, X2; POR X2, Y; \
	PCMPEQB X5, X; POR X, Y; \
	PMOVMSKB Y, R

// func stops32(p *byte, n int) int
TEXT ·stops32(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	XORQ AX, AX
	MOVOU quotes<>(SB), X4
	MOVOU slashes<>(SB), X5
	MOVOU controls<>(SB), X6
loop:
	MOVOU (SI)(AX*1), X0
	MOVOU 16(SI)(AX*1), X1
	MOVO X0, X3; PMINUB X6, X3; PCMPEQB X0, X3
	ENDS(X0, X3, DX)
	MOVO X1, X3; PMINUB X6, X3; PCMPEQB X1, X3
	ENDS(X1, X3, BX)
	SHLL $16, BX
	ORL BX, DX
	JNE found
	ADDQ $32, AX
	CMPQ AX, CX
	JLT loop
	MOVQ AX, ret+16(FP)
	RET
found:
	BSFL DX, DX
	ADDQ DX, AX
	MOVQ AX, ret+16(FP)
	RET

// func plain32(p *byte, n int) int
TEXT ·plain32(SB), NOSPLIT, $0-24
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	XORQ AX, AX
	MOVOU quotes<>(SB), X4
	MOVOU slashes<>(SB), X5
	MOVOU blanks<>(SB), X6
loop:
	MOVOU (SI)(AX*1), X0
	MOVOU 16(SI)(AX*1), X1
	MOVO X6, X3; PCMPGTB X0, X3 // as signed bytes, so that it marks 0x80 to 0xff too
	ENDS(X0, X3, DX)
	MOVO X6, X3; PCMPGTB X1, X3
	ENDS(X1, X3, BX)
	SHLL $16, BX
	ORL BX, DX
	JNE found
	ADDQ $32, AX
	CMPQ AX, CX
	JLT loop
	MOVQ AX, ret+16(FP)
	RET
found:
	BSFL DX, DX
	ADDQ DX, AX
	MOVQ AX, ret+16(FP)
	RET
