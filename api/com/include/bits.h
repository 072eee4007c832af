// BITS: everything that a program written against the Windows header of this name needs.
#pragma once

#include "freshet/com/bg_hresults.h"
#include "freshet/com/copy_callback.h"
#include "freshet/com/copy_file.h"
#include "freshet/com/copy_http.h"
#include "freshet/com/copy_job.h"
#include "freshet/com/copy_types.h"
#include "freshet/com/events.h"
#include "freshet/com/objbase.h"

class BackgroundCopyManager;
FRESHET_UUID(CLSID, BackgroundCopyManager, "4991d34b-80a1-4291-83b6-3328366b9097");

// Classes of later versions of Windows: each is the same here.
class BackgroundCopyManager1_5;
FRESHET_UUID(CLSID, BackgroundCopyManager1_5, "f087771f-d74f-4c1a-bb8a-e16aca9124ea");
class BackgroundCopyManager2_0;
FRESHET_UUID(CLSID, BackgroundCopyManager2_0, "6d18ad12-bde3-4393-b311-099c346e6df9");
class BackgroundCopyManager2_5;
FRESHET_UUID(CLSID, BackgroundCopyManager2_5, "03ca98d6-ff5d-49b8-abc6-03dd84127020");
class BackgroundCopyManager3_0;
FRESHET_UUID(CLSID, BackgroundCopyManager3_0, "659cdea7-489e-11d9-a9cd-000d56965251");
class BackgroundCopyManager4_0;
FRESHET_UUID(CLSID, BackgroundCopyManager4_0, "bb6df56b-cace-11dc-9992-0019b93a3a84");
class BackgroundCopyManager5_0;
FRESHET_UUID(CLSID, BackgroundCopyManager5_0, "1ecca34c-e88a-44e3-8d6a-8921bde9e452");
class BackgroundCopyManager10_1;
FRESHET_UUID(CLSID, BackgroundCopyManager10_1, "4bd3e4e1-7bd4-4a2b-9964-496400de5193");
class BackgroundCopyManager10_2;
FRESHET_UUID(CLSID, BackgroundCopyManager10_2, "4575438f-a6c8-4976-b0fe-2f26b80d959e");
class BackgroundCopyManager10_3;
FRESHET_UUID(CLSID, BackgroundCopyManager10_3, "5fd42ad5-c04e-4d36-adc7-e08ff15737ad");
