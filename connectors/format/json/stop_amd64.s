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

// func quote32(p *byte, n int) (at int, slash bool)
//
// R8 is 1 where the block before ends with a backslash that escapes, R9 the
// backslashes seen. A backslash that follows an escaping one does not escape:
// subtracting the backslashes from the odd places carries through each run of
// them, which tells the places at an odd distance from its start.
TEXT ·quote32(SB), NOSPLIT, $0-25
	MOVQ p+0(FP), SI
	MOVQ n+8(FP), CX
	XORQ AX, AX
	XORL R8, R8
	XORL R9, R9
	MOVOU quotes<>(SB), X4
	MOVOU slashes<>(SB), X5
loop:
	MOVOU (SI)(AX*1), X0
	MOVOU 16(SI)(AX*1), X1
	MOVO X0, X2
	MOVO X1, X3
	PCMPEQB X4, X2; PMOVMSKB X2, DX
	PCMPEQB X4, X3; PMOVMSKB X3, BX
	SHLL $16, BX
	ORL BX, DX // quotes
	PCMPEQB X5, X0; PMOVMSKB X0, DI
	PCMPEQB X5, X1; PMOVMSKB X1, BX
	SHLL $16, BX
	ORL BX, DI // backslashes
	MOVL R8, R10
	NOTL R10
	ANDL DI, R10 // backslashes that nothing of the block before escapes
	LEAL (R10)(R10*1), R11
	ORL $0xAAAAAAAA, R11
	SUBL R10, R11
	XORL $0xAAAAAAAA, R11 // backslashes that escape, and what the last of a run escapes
	MOVL DI, R12
	ORL R8, R12
	XORL R11, R12 // escaped
	NOTL R12
	ANDL R12, DX
	JNE found
	MOVL R11, R8
	ANDL DI, R8
	SHRL $31, R8
	ORL DI, R9
	ADDQ $32, AX
	CMPQ AX, CX
	JLT loop
	ADDQ R8, AX
	JMP done
found:
	LEAL -1(DX), BX
	XORL DX, BX // the places up to the quote
	ANDL BX, DI
	ORL DI, R9
	BSFL DX, DX
	ADDQ DX, AX
done:
	MOVQ AX, at+16(FP)
	TESTL R9, R9
	SETNE slash+24(FP)
	RET
