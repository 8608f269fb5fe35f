#include "textflag.h"

// STOPS looks at the 32 bytes in Y0. It leaves a bit for each that ends a plain run in R8, and adds those that are no ASCII
// to R10. A byte is a control character if it is the smaller of itself and 0x1f.
#define STOPS \
	VPCMPEQB  Y0, Y1, Y4 \
	VPCMPEQB  Y0, Y2, Y5 \
	VPMINUB   Y0, Y3, Y6 \
	VPCMPEQB  Y0, Y6, Y6 \
	VPOR      Y4, Y5, Y4 \
	VPOR      Y4, Y6, Y4 \
	VPMOVMSKB Y4, R8     \
	VPMOVMSKB Y0, R9     \
	ORL       R9, R10

// func plainRunAVX2(b []byte, i int) (end int, high bool)
TEXT ·plainRunAVX2(SB), NOSPLIT, $0-41
	MOVQ         b_base+0(FP), SI
	MOVQ         b_len+8(FP), DX
	MOVQ         i+24(FP), AX
	MOVL         $0x22222222, R8    // quotes
	VMOVD        R8, X1
	VPBROADCASTD X1, Y1
	MOVL         $0x5c5c5c5c, R8    // backslashes
	VMOVD        R8, X2
	VPBROADCASTD X2, Y2
	MOVL         $0x1f1f1f1f, R8    // the last control character
	VMOVD        R8, X3
	VPBROADCASTD X3, Y3
	XORL         R10, R10
	LEAQ         -32(DX), R11       // the last place where 32 bytes are left

loop:
	CMPQ    AX, R11
	JGT     tail
	VMOVDQU (SI)(AX*1), Y0
	STOPS
	TESTL   R8, R8
	JNZ     found
	ADDQ    $32, AX
	JMP     loop

// Less than 32 bytes are left: look at the last 32, and shift out those before byte AX. Bit 32 stands for no stop at all.
tail:
	VMOVDQU (SI)(R11*1), Y0
	STOPS
	MOVQ    AX, CX
	SUBQ    R11, CX
	SHRQ    CX, R8
	BTSQ    $32, R8

found:
	BSFQ       R8, R8
	ADDQ       R8, AX
	CMPQ       AX, DX
	CMOVQGT    DX, AX
	VZEROUPPER
	MOVQ       AX, end+32(FP)
	TESTL      R10, R10
	SETNE      high+40(FP)
	RET
